"""The addresses of orders, and of conflicts of interest."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.assignments import actions
from backend.assignments.errors import NoSuchOrder
from backend.assignments.models import Assignment, AssignmentQuerySet, ConflictOfInterest
from backend.assignments.rules import Bar, OrderState, Scenario, Terms, Window
from backend.people.models import User
from backend.people.rules import Verb
from backend.rest.etags import IF_MATCH, etag, expected_rev
from backend.rest.forms import In
from backend.rest.once import Once
from backend.units.models import Product, Unit

SCENARIOS = [scenario.value for scenario in Scenario]
KINDS = [bar.value for bar in Bar]
BRIEFING_LENGTH_MAX = 4000
YEARS = range(2000, 2200)  # calendars end somewhere; arithmetic with days must not reach it


def _near(moment: datetime) -> None:
    if moment.year not in YEARS:
        raise serializers.ValidationError("A year between 2000 and 2199.")


class WindowIn(In):
    opens = serializers.DateTimeField(validators=[_near])
    closes = serializers.DateTimeField(validators=[_near])

    def to_internal_value(self, data: Any) -> Any:
        return Window(**super().to_internal_value(data))


class OrderIn(In):
    id = serializers.UUIDField()
    programme = serializers.UUIDField()
    unit = serializers.UUIDField()
    product = serializers.UUIDField()
    checklist = serializers.CharField(max_length=60, default=None, allow_null=True)
    scenario = serializers.ChoiceField(SCENARIOS)
    briefing = serializers.CharField(max_length=BRIEFING_LENGTH_MAX, default="", allow_blank=True)
    inspector = serializers.UUIDField()
    window = WindowIn()


class ChangeIn(In):
    rev = serializers.IntegerField(min_value=1)
    briefing = serializers.CharField(max_length=BRIEFING_LENGTH_MAX, required=False, allow_blank=True)
    window = WindowIn(required=False)
    scenario = serializers.ChoiceField(SCENARIOS, required=False)


class ReassignIn(In):
    inspector = serializers.UUIDField()
    reason = serializers.CharField(max_length=200)


class CancelIn(In):
    reason = serializers.CharField(max_length=200)


class OrderQuery(In):
    programme = serializers.UUIDField(required=False)
    unit = serializers.UUIDField(required=False)
    inspector = serializers.UUIDField(required=False)
    state = serializers.ChoiceField([state.value for state in OrderState], required=False)


class PlaceOut(serializers.Serializer[Unit]):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    type = serializers.CharField(source="unit_type")
    region = serializers.CharField(source="region_id")


class ServedOut(serializers.Serializer[Product]):
    id = serializers.UUIDField()
    code = serializers.CharField()


class InspectorOut(serializers.Serializer[User]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class WindowOut(serializers.Serializer[Window]):
    opens = serializers.DateTimeField()
    closes = serializers.DateTimeField()


class OrderOut(serializers.Serializer[Assignment]):
    """An order; `inspector` is null for those who may not know who visits."""

    id = serializers.UUIDField()
    programme = serializers.UUIDField(source="programme_id")
    unit = PlaceOut()
    product = ServedOut()
    checklist = serializers.CharField(source="checklist_id")
    scenario = serializers.CharField()
    briefing = serializers.CharField()
    inspector = serializers.SerializerMethodField()
    window = WindowOut()
    rev = serializers.IntegerField()
    cancelled_at = serializers.DateTimeField(allow_null=True)
    state = serializers.ChoiceField([state.value for state in OrderState])

    @extend_schema_field(InspectorOut(allow_null=True))
    def get_inspector(self, order: Assignment) -> dict[str, Any] | None:
        asks = cast(User, self.context["request"].user)
        may = asks.standing_in(order.programme_id).may(Verb.SEE_WHO_VISITED)
        if not may and order.inspector_id != asks.pk:
            return None
        return {"id": str(order.inspector_id), "name": order.inspector.name}


class ConflictIn(In):
    id = serializers.UUIDField()
    programme = serializers.UUIDField()
    inspector = serializers.UUIDField()
    unit = serializers.UUIDField(default=None, allow_null=True)
    institution = serializers.UUIDField(default=None, allow_null=True)
    reason = serializers.CharField(max_length=200, default="", allow_blank=True)


class ConflictQuery(In):
    programme = serializers.UUIDField(required=False)
    inspector = serializers.UUIDField(required=False)


class ConflictOut(serializers.Serializer[ConflictOfInterest]):
    """`kind`: interest, as declared; or cover, where somebody may have recognised the inspector."""

    id = serializers.UUIDField()
    programme = serializers.UUIDField(source="programme_id")
    inspector = serializers.UUIDField(source="inspector_id")
    unit = serializers.UUIDField(source="unit_id", allow_null=True)
    institution = serializers.UUIDField(source="institution_id", allow_null=True)
    kind = serializers.ChoiceField(KINDS)
    reason = serializers.CharField()
    declared_at = serializers.DateTimeField()


def _seen_by(request: Request) -> AssignmentQuerySet:
    return Assignment.objects.visible_to(cast(User, request.user)).with_names()


def _answer(request: Request, order: Assignment, status: int = 200) -> Response:
    """As its reader may see it; also for an inspector's coordinator who has just given it away."""
    shown = _seen_by(request).get(pk=order.pk)
    data = OrderOut(shown, context={"request": request}).data
    return Response(data, status=status, headers=etag(shown.rev))


class Orders(Once, ListAPIView[Assignment]):
    """An inspector's own, a coordinator's of her regions, a manager's of the programme; newest first."""

    serializer_class = OrderOut
    ordering = ("-created_at", "-pk")

    def get_queryset(self) -> QuerySet[Assignment]:
        asked = OrderQuery.read(self.request.query_params)
        found = _seen_by(self.request)
        if state := asked.pop("state", None):
            found = found.in_state(OrderState(state))
        return found.filter(**asked)

    @extend_schema(parameters=[OrderQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=OrderIn, responses={200: OrderOut, 201: OrderOut})
    def post(self, request: Request) -> HttpResponseBase:
        """A new order. 409 `rotation`, `account-rotation`, `spacing` tell the other order, and until when."""
        sent = OrderIn.read(request.data)
        order, scenario = sent.pop("id"), Scenario(sent.pop("scenario"))

        def assigned() -> Response:
            made, new = actions.assign(order, Terms(scenario=scenario, **sent), by=cast(User, request.user))
            return _answer(request, made, 201 if new else 200)

        return self.once(assigned)


class Order(APIView):
    @extend_schema(responses=OrderOut)
    def get(self, request: Request, order: UUID) -> Response:
        """One order."""
        found = _seen_by(request).filter(pk=order).first()
        if found is None:
            raise NoSuchOrder(order=order)
        return Response(OrderOut(found, context={"request": request}).data, headers=etag(found.rev))

    @extend_schema(parameters=[IF_MATCH], request=ChangeIn, responses=OrderOut)
    def patch(self, request: Request, order: UUID) -> Response:
        """Another briefing, window or scenario; `rev` is the one that was read."""
        sent = ChangeIn.read(request.data)
        if "scenario" in sent:
            sent["scenario"] = Scenario(sent["scenario"])
        sent |= {"expected_rev": expected_rev(request), "by": request.user}
        return _answer(request, actions.change(order, **sent))


class Reassignment(Once):
    @extend_schema(parameters=[IF_MATCH], request=ReassignIn, responses=OrderOut)
    def post(self, request: Request, order: UUID) -> HttpResponseBase:
        """The order leaves one phone and comes to another."""
        sent = ReassignIn.read(request.data)
        sent |= {"expected_rev": expected_rev(request), "by": request.user}
        return self.once(lambda: _answer(request, actions.reassign(order, **sent)))


class Cancellation(Once):
    @extend_schema(parameters=[IF_MATCH], request=CancelIn, responses=OrderOut)
    def post(self, request: Request, order: UUID) -> HttpResponseBase:
        """The order leaves the phone; what is still told of it is kept, as late."""
        sent = CancelIn.read(request.data)
        sent |= {"expected_rev": expected_rev(request), "by": request.user}
        return self.once(lambda: _answer(request, actions.cancel(order, **sent)))


class Conflicts(Once, ListAPIView[ConflictOfInterest]):
    """Declared conflicts of interest: one's own, and those of programmes in which one hands out orders."""

    serializer_class = ConflictOut
    ordering = ("-declared_at", "-pk")

    def get_queryset(self) -> QuerySet[ConflictOfInterest]:
        user = cast(User, self.request.user)
        seen = Q(inspector=user) | Q(programme__in=user.programmes_where(Verb.ASSIGN))
        return ConflictOfInterest.objects.filter(seen, **ConflictQuery.read(self.request.query_params))

    @extend_schema(parameters=[ConflictQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=ConflictIn, responses={200: ConflictOut, 201: ConflictOut})
    def post(self, request: Request) -> HttpResponseBase:
        """No order for this inspector at this unit or institution from now on."""
        sent = ConflictIn.read(request.data)
        conflict = sent.pop("id")

        def declared() -> Response:
            made, new = actions.declare_conflict(conflict, **sent, by=cast(User, request.user))
            return Response(ConflictOut(made).data, status=201 if new else 200)

        return self.once(declared)


urlpatterns = [
    path("assignments", Orders.as_view()),
    path("assignments/<uuid:order>", Order.as_view()),
    path("assignments/<uuid:order>/reassign", Reassignment.as_view()),
    path("assignments/<uuid:order>/cancel", Cancellation.as_view()),
    path("conflicts", Conflicts.as_view()),
]
