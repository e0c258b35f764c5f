"""What catalog listens to: nothing yet. It is where the facts begin."""

from shared.messaging.consumer import Subscriptions

SUBSCRIPTIONS: Subscriptions = {}
