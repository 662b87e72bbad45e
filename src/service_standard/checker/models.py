"""The models that have the shapes of a service's contracts."""

import json
from collections.abc import Iterator
from pathlib import Path

from datamodel_code_generator import InputFileType, PythonVersion, generate
from datamodel_code_generator.enums import DataModelType
from datamodel_code_generator.format import Formatter

from service_standard.contract.document import Node, Object, load_document, read_yaml
from service_standard.contract.overlay import both_overlaid
from service_standard.contract.shape import model_shapes
from service_standard.manifest import Manifest, load_manifest


def generated(directory: Path) -> Iterator[tuple[Path, str]]:
    """The modules of a service, each with its text; its package has the name of the service.

    The overlays that lie beside a contract add to its models.

    Raises:
        ContractError: the manifest or a contract cannot be read.
    """
    manifest = load_manifest(directory / "service.yaml")
    package = directory / "src" / manifest.name.replace("-", "_")
    known = _overlaid(manifest)
    for contract, module in ((manifest.api, "models.py"), (manifest.events, "event_models.py")):
        yield package / module, _module(load_document(contract, known), str(contract.relative_to(directory)))


def _module(document: Node, name: str) -> str:
    shapes = {"components": {"schemas": model_shapes(document)}}
    module = generate(
        json.dumps({"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": {}, **shapes}),
        input_file_type=InputFileType.OpenAPI,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        use_missing_sentinel=True,
        import_overrides={"MISSING": "pydantic"},
        # Of annotations pydantic makes a model in two thirds of the time that it takes with their text.
        disable_future_imports=True,
        disable_timestamp=True,
        formatters=[Formatter.RUFF_FORMAT],
        custom_file_header=f'"""The shapes of {name}, made from it by `make models`: change the contract."""',
    )
    return f"{module}\n"


def _overlaid(manifest: Manifest) -> dict[Path, Object]:
    """The contracts as all overlays beside them have them."""
    folders = dict.fromkeys((manifest.api.parent, manifest.events.parent))
    overlays = [path for folder in folders for path in sorted(folder.glob("*.yaml")) if "overlay" in read_yaml(path)]
    return both_overlaid(manifest.api, manifest.events, overlays)
