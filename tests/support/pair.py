"""A PostgreSQL primary and its standby: what was committed is on two disks, so either may be lost."""

import time

from tests.support.private import PATIENCE_SECONDS, DidNotStart, Playground, Postgres
from tests.support.shim import Control

STANDBY = "standby"
OPTIONS = {
    "wal_level": "replica",
    "max_wal_senders": "5",
    "hot_standby": "on",
    "wal_retrieve_retry_interval": "200ms",
}


class PostgresPair:
    """``primary`` takes the writes, and says that a commit is done when ``standby`` has it on its disk too."""

    def __init__(
        self,
        playground: Playground,
        control: Control | None = None,
        kind: type[Postgres] = Postgres,
    ) -> None:
        """``control``: of the disk of both, see tests.support.shim."""
        environment = control.environment if control else None
        self.primary, self.standby = (
            kind(playground, label=f"postgresql-{letter}", options=OPTIONS, environment=environment)
            for letter in "ab"
        )

    @property
    def url(self) -> str:
        return self.primary.url

    def start(self) -> None:
        self.primary.start()
        if not self.standby.data.exists():
            self.rejoin()
        self.standby.start()

    def fail_over(self) -> None:
        """Kills the primary, and makes the standby take its place. As an operator's tool it promotes only a standby
        that has all that was committed; and until there is one again, the new primary does without."""
        self._await_standby()
        self.primary.kill9()
        self.primary, self.standby = self.standby, self.primary
        self.primary.ask("SELECT pg_promote(true, 60)")
        self.primary.ask("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")

    def rejoin(self) -> None:
        """Builds the standby anew from the primary; from then on commits wait for it."""
        self.standby.copy_from(self.primary, STANDBY)
        self.standby.start()
        self.primary.ask(
            f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'", "SELECT pg_reload_conf()"
        )
        self._await_standby()

    def recover(self) -> None:
        """Returns when both answer, started again if they gave up, and the standby follows."""
        self.primary.recover()
        self.standby.recover()
        self._await_standby()

    def _await_standby(self) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while (
            self.primary.ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'")
            != 1
        ):
            if time.monotonic() > end:
                raise DidNotStart(f"{self.standby.label} does not follow {self.primary.label}")
            time.sleep(0.05)
