"""Writes the models that have the contracts' shapes; with --check it only says whether they still do."""

import argparse
import json
import sys
from pathlib import Path

from datamodel_code_generator import InputFileType, PythonVersion, generate
from datamodel_code_generator.enums import DataModelType
from datamodel_code_generator.format import Formatter

from service_standard.contract.document import load_document
from service_standard.contract.shape import model_shapes

ROOT = Path(__file__).resolve().parent.parent
TARGETS = {
    "openapi/orders.yaml": ROOT / "src/orders/models.py",
    "asyncapi/orders.yaml": ROOT / "src/orders/event_models.py",
}


def models_of(contract: str) -> str:
    """The module of models for one contract."""
    shapes = {"components": {"schemas": model_shapes(load_document(ROOT / contract))}}
    module = generate(
        json.dumps({"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": {}, **shapes}),
        input_file_type=InputFileType.OpenAPI,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        use_missing_sentinel=True,
        import_overrides={"MISSING": "pydantic"},
        disable_timestamp=True,
        formatters=[Formatter.RUFF_FORMAT],
        custom_file_header=f'"""The shapes of {contract}, made from it by `make models`: change the contract."""',
    )
    return f"{module}\n"


def main() -> int:
    """Exit code 1 when --check finds a module that is not what its contract makes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when something would change")
    check = parser.parse_args().check
    stale = [(path, text) for path, text in _generated() if not path.exists() or path.read_text() != text]
    for path, text in stale:
        print(f"{path.relative_to(ROOT)}: {'is not what its contract makes: run make models' if check else 'written'}")
        if not check:
            path.write_text(text)
    return 1 if stale and check else 0


def _generated() -> list[tuple[Path, str]]:
    return [(path, models_of(contract)) for contract, path in TARGETS.items()]


if __name__ == "__main__":
    sys.exit(main())
