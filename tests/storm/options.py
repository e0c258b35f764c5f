"""What a storm is told."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """``cluster``: RabbitMQ on three nodes; ``pair``: PostgreSQL with a synchronous standby; ``wipe``: the broker also
    loses its disk now and then; ``without``: a safeguard to take out, see tests.storm.mutants; ``logs``: a folder to
    keep what the services log, by seed."""

    seed: int = 1
    minutes: float = 1.0
    cluster: bool = False
    pair: bool = False
    wipe: bool = True
    without: str = ""
    logs: Path | None = None

    @property
    def servers(self) -> str:
        return ", ".join(
            (
                "rabbitmq x 3" if self.cluster else "rabbitmq",
                "postgresql x 2" if self.pair else "postgresql",
                "redis",
            )
        )
