"""The binding: the contract's operations become FastAPI routes, and every error becomes a problem."""

from collections.abc import Awaitable, Callable, Sequence
from typing import cast, get_type_hints

from fastapi import FastAPI
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from service_standard.binding.gate import Authenticate, Gate
from service_standard.binding.handler import Handler
from service_standard.contract import Contract, Operation
from service_standard.database import DatabaseUnavailable
from service_standard.http.answers import instance, no_such_method, no_such_path, problem_response
from service_standard.problems import Problem, unavailable


def bind(
    app: FastAPI, contract: Contract, handlers: Sequence[Handler], authenticate: Authenticate, body_limit: int
) -> None:
    """Adds a route for each operation of the contract, with which the handlers must agree (`disagreements`)."""
    for handler in handlers:
        operation = contract.operations[handler.operation_id]
        gate = Gate(operation, authenticate, _body_model(handler), body_limit)
        app.add_api_route(
            operation.path,
            _endpoint(operation, gate, handler),
            methods=[operation.method],
            operation_id=operation.id,
            response_model=None,
        )
    app.add_exception_handler(Problem, _answer_problem)
    app.add_exception_handler(DatabaseUnavailable, _answer_unavailable)
    app.add_exception_handler(HTTPException, _answer_unrouted(contract))


def _body_model(handler: Handler) -> type[BaseModel] | None:
    """The model to make of the body; none for a handler that takes it as it is."""
    taken = get_type_hints(handler.function).get("body")
    return taken if isinstance(taken, type) and issubclass(taken, BaseModel) else None


def _endpoint(operation: Operation, gate: Gate, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    success = operation.success

    async def endpoint(request: Request) -> Response:
        reply = await handler.function(**await gate.admit(request))
        return Response(reply.content, success.status, reply.headers, success.content.media_type)

    return endpoint


async def _answer_problem(request: Request, error: Exception) -> Response:
    return problem_response(instance(request.scope), cast("Problem", error))


async def _answer_unavailable(request: Request, _: Exception) -> Response:
    return problem_response(instance(request.scope), unavailable("The database does not answer"))


def _answer_unrouted(contract: Contract) -> Callable[[Request, Exception], Awaitable[Response]]:
    """The router knows no operation for this method and path: the contract tells which of the two is at fault."""

    async def answer(request: Request, _: Exception) -> Response:
        methods = contract.allowed_methods(request.scope["path"])
        problem = no_such_method(", ".join(methods)) if methods else no_such_path()
        return problem_response(instance(request.scope), problem)

    return answer
