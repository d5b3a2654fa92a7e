"""How the API describes itself: drf-spectacular, with our problem body on every operation."""

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from backend.rest.once import IDEMPOTENCY_KEY, Once

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details; `code` is stable, further members are facts.",
    "required": ["type", "title", "title_id", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "title_id": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
    },
    "additionalProperties": True,
}


class Describe(AutoSchema):
    """Groups operations by room, lets every one of them answer with a problem, and names the key of those that
    are done once."""

    def get_override_parameters(self) -> Any:
        once = self.method == "POST" and isinstance(self.view, Once)
        return [*super().get_override_parameters(), *([IDEMPOTENCY_KEY] if once else [])]

    def get_tags(self) -> list[str]:
        module = type(self.view).__module__.split(".")
        return [module[1] if module[0] == "backend" and len(module) > 2 else "samar"]

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction=direction)
        if direction == "response":
            component = ResolvedComponent(
                name="Problem", type=ResolvedComponent.SCHEMA, schema=PROBLEM, object="Problem"
            )
            self.registry.register_on_missing(component)
            bodies["default"] = {
                "description": "A problem",
                "content": {"application/problem+json": {"schema": component.ref}},
            }
        return bodies
