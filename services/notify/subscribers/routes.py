"""Operations on subscriptions: of those who subscribe, and of operators, who decide."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from services.notify.policy import POLICY
from services.notify.subscribers import schemas
from services.notify.subscribers.queries import catalogue, subscriptions
from services.notify.subscribers.queries.events import FeedPage, as_lines
from services.notify.subscribers.use_cases import replays
from services.notify.subscribers.use_cases import subscriptions as use_cases
from services.notify.subscribers.use_cases.feed import next_events, position_of
from services.notify.subscribers.use_cases.signing import public_key
from shared.http.entity_tags import POLLED
from shared.http.inputs import After, AppState, Limit, Moment, Position, Typed, Uow
from shared.http.openapi import secured
from shared.unit_of_work import UnitOfWork

router = APIRouter(tags=["subscribers"])

MEDIA_TYPE = "application/x-ndjson"
NEXT_AFTER = "Diancai-Next-After"

Key = Annotated[str, Path(max_length=40, pattern=r"^[\w-]+$"), Typed]
DeliveryId = Annotated[int, Path(ge=1, lt=2**63)]


async def _show(uow: UnitOfWork, subscription_id: str) -> schemas.SubscriptionAnswer:
    found = await subscriptions.get_subscription(uow, subscription_id)
    return schemas.SubscriptionAnswer.of(found, uow.actor.subject)


@router.get(
    "/event-types",
    summary="The events that can be subscribed to, with examples",
    dependencies=[POLLED],
    **secured("read_event_types"),
)
async def list_event_types(uow: Uow) -> list[schemas.EventTypeAnswer]:
    uow.permit(POLICY, "read_event_types")
    return [
        schemas.EventTypeAnswer(
            type=event.type,
            publisher=event.publisher,
            example=catalogue.example_of(event, person_numbers=False),
            example_with_persons=catalogue.example_of(event, person_numbers=True),
        )
        for event in catalogue.OFFERED.values()
    ]


@router.get(
    "/subscriptions",
    summary="The own subscriptions; all of them for operators and auditors",
    **secured("read_subscriptions"),
)
async def list_subscriptions(
    uow: Uow, state: schemas.State | None = None, after: After = None, limit: Limit = 50
) -> schemas.SubscriptionsAnswer:
    found = await subscriptions.list_subscriptions(uow, state=state, after=after, limit=limit)
    return schemas.SubscriptionsAnswer(
        items=[schemas.SubscriptionAnswer.of(each, uow.actor.subject) for each in found.items],
        next_after=found.next_after,
        total=found.total,
    )


@router.post(
    "/subscriptions",
    status_code=201,
    summary="Ask for a subscription; the secret of a webhook is shown this once",
    **secured("subscribe", 409),
)
async def request_subscription(
    body: schemas.SubscriptionBody, uow: Uow, state: AppState
) -> schemas.SecretAnswer:
    wanted = use_cases.Wanted(**body.model_dump())
    subscription_id, secret = await use_cases.request_subscription(
        uow, wanted, plain_http=state.webhooks_in_clear
    )
    return schemas.SecretAnswer(
        id=subscription_id,
        secret=secret.shown if secret else None,
        public_key=public_key(secret) if secret else None,
    )


@router.get(
    "/subscriptions/{subscription_id}",
    summary="A subscription, and how far it is",
    **secured("read_subscriptions", 404),
)
async def get_subscription(subscription_id: Key, uow: Uow) -> schemas.SubscriptionAnswer:
    return await _show(uow, subscription_id)


@router.get(
    "/subscriptions/{subscription_id}/keys",
    summary="The public keys of its signatures",
    **secured("read_subscriptions", 404),
)
async def list_keys(subscription_id: Key, uow: Uow) -> schemas.PublicKeysAnswer:
    found = await subscriptions.get_subscription(uow, subscription_id)
    secrets = subscriptions.opened_secrets(uow.vault, found.subscription, uow.now())
    return schemas.PublicKeysAnswer(keys=[public_key(each) for each in secrets])


@router.get(
    "/subscriptions/{subscription_id}/deliveries",
    summary="Its delivery log, the newest first; kept for 30 days",
    **secured("read_subscriptions", 404),
)
async def list_deliveries(
    subscription_id: Key,
    uow: Uow,
    state: schemas.DeliveryState | None = None,
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    limit: Limit = 50,
) -> list[schemas.DeliveryAnswer]:
    rows = await subscriptions.list_deliveries(
        uow, subscription_id, state=state, before=before, limit=limit
    )
    return [schemas.DeliveryAnswer.model_validate(row) for row in rows]


@router.get(
    "/subscriptions/{subscription_id}/deliveries/{delivery_id}",
    summary="A delivery with its body, for the owner",
    **secured("read_subscribed_events", 404),
)
async def get_delivery(
    subscription_id: Key, delivery_id: DeliveryId, uow: Uow
) -> schemas.DeliveryBodyAnswer:
    row = await subscriptions.get_delivery(uow, subscription_id, delivery_id)
    return schemas.DeliveryBodyAnswer.model_validate(
        {**row._mapping, "body": bytes(row.body).decode()}
    )


@router.get(
    "/subscriptions/{subscription_id}/events",
    summary="Its feed: CloudEvents, a line of JSON each; the header Diancai-Next-After says where to go on",
    response_class=Response,
    **secured("read_subscribed_events", 404, 409),
)
async def read_feed(
    subscription_id: Key,
    uow: Uow,
    state: AppState,
    after: Annotated[Position, Query()] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    wait: Annotated[float, Query(ge=0, le=20, description="seconds to wait for an event")] = 0,
) -> Response:
    page = await use_cases.read_subscribed(uow, subscription_id, after=after, limit=limit)
    if wait and not page.lines:
        with state.streams.open(uow.actor):
            page = await next_events(
                uow, state.cache, subscription_id, page.next_after, limit, wait
            )
    return _lines(page)


def _lines(page: FeedPage) -> Response:
    headers = {NEXT_AFTER: str(page.next_after)}
    return Response(as_lines(page.lines), media_type=MEDIA_TYPE, headers=headers)


@router.get(
    "/subscriptions/{subscription_id}/position",
    summary="Where in its feed a time lies",
    **secured("read_subscriptions", 404),
)
async def find_position(subscription_id: Key, since: Moment, uow: Uow) -> schemas.PositionAnswer:
    return schemas.PositionAnswer(after=await position_of(uow, subscription_id, since))


@router.post(
    "/subscriptions/{subscription_id}/approve",
    summary="Grant a subscription, with what it is told",
    **secured("decide_subscription", 404, 409),
)
async def approve_subscription(
    subscription_id: Key, body: schemas.GrantBody, uow: Uow, state: AppState
) -> schemas.SubscriptionAnswer:
    await use_cases.approve_subscription(uow, state.cache, subscription_id, **body.model_dump())
    return await _show(uow, subscription_id)


@router.post(
    "/subscriptions/{subscription_id}/decline",
    summary="Decline a subscription",
    **secured("decide_subscription", 404, 409),
)
async def decline_subscription(
    subscription_id: Key, body: schemas.DeclineBody, uow: Uow
) -> schemas.SubscriptionAnswer:
    await use_cases.decline_subscription(uow, subscription_id, body.reason_code)
    return await _show(uow, subscription_id)


@router.post(
    "/subscriptions/{subscription_id}/secret",
    summary="Make another secret, shown this once; the one before signs for 24 hours more",
    **secured("rotate_webhook_secret", 404, 409),
)
async def rotate_secret(subscription_id: Key, uow: Uow) -> schemas.SecretAnswer:
    secret = await use_cases.rotate_secret(uow, subscription_id)
    return schemas.SecretAnswer(
        id=subscription_id, secret=secret.shown, public_key=public_key(secret)
    )


@router.post(
    "/subscriptions/{subscription_id}/test",
    status_code=202,
    summary="Send a test event",
    **secured("replay_subscription", 404, 409),
)
async def test_subscription(
    subscription_id: Key, uow: Uow, state: AppState
) -> schemas.TestEventAnswer:
    webhook_id = await use_cases.test_subscription(uow, state.cache, subscription_id)
    return schemas.TestEventAnswer(webhook_id=webhook_id)


@router.post(
    "/subscriptions/{subscription_id}/replays",
    status_code=202,
    summary="Send again what was: from a position or a time on, or what failed; live delivery goes on beside it",
    **secured("replay_subscription", 404, 409),
)
async def replay(
    subscription_id: Key, body: schemas.ReplayBody, uow: Uow, state: AppState
) -> schemas.ReplayAnswer:
    if body.what == "failed" and body.since is not None:
        count = await replays.replay_failed(
            uow,
            state.cache,
            subscription_id,
            since=body.since,
            until=body.until or uow.now(),
        )
        return schemas.ReplayAnswer(deliveries=count)
    await replays.replay(uow, state.cache, subscription_id, after=body.after, since=body.since)
    return schemas.ReplayAnswer(deliveries=None)


@router.post(
    "/subscriptions/{subscription_id}/pause",
    summary="Send nothing for a while",
    **secured("keep_subscription", 404, 409),
)
async def pause_subscription(subscription_id: Key, uow: Uow) -> schemas.SubscriptionAnswer:
    await use_cases.pause_subscription(uow, subscription_id)
    return await _show(uow, subscription_id)


@router.post(
    "/subscriptions/{subscription_id}/resume",
    summary="Go on, with what came meanwhile",
    **secured("keep_subscription", 404, 409),
)
async def resume_subscription(
    subscription_id: Key, uow: Uow, state: AppState
) -> schemas.SubscriptionAnswer:
    await use_cases.resume_subscription(uow, state.cache, subscription_id)
    return await _show(uow, subscription_id)


@router.post(
    "/subscriptions/{subscription_id}/end",
    summary="End it for good",
    **secured("keep_subscription", 404, 409),
)
async def end_subscription(subscription_id: Key, uow: Uow) -> schemas.SubscriptionAnswer:
    await use_cases.end_subscription(uow, subscription_id)
    return await _show(uow, subscription_id)
