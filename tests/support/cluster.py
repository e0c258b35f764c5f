"""Three RabbitMQ nodes that are one broker: it goes on while any one of them is dead."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from subprocess import CalledProcessError

from tests.support.private import NodeDirectory, Playground, RabbitMQ
from tests.support.shim import Control

NODES = 3
SETTINGS = {
    "cluster_formation.peer_discovery_backend": "classic_config",
    # A node that sees no majority stops serving, rather than to go on with half of the truth.
    "cluster_partition_handling": "pause_minority",
    "net_ticktime": "10",
}


class RabbitCluster:
    """The first start forms it, node by node. Clients reach it through any of its nodes."""

    def __init__(self, playground: Playground, control: Control | None = None) -> None:
        """``control``: of the disk that all its nodes share."""
        directory = NodeDirectory(playground)
        environment = control.environment if control else None
        self.nodes = [
            RabbitMQ(
                playground, label=f"rabbitmq-{number}", directory=directory, environment=environment
            )
            for number in range(1, NODES + 1)
        ]
        names = {
            f"cluster_formation.classic_config.nodes.{n}": node.node
            for n, node in enumerate(self.nodes, 1)
        }
        for node in self.nodes:
            node.settings |= SETTINGS | names

    @property
    def url(self) -> str:
        """Of the first node that runs."""
        return next((node for node in self.nodes if node.runs), self.nodes[0]).url

    @property
    def urls(self) -> list[str]:
        return [node.url for node in self.nodes]

    def start(self) -> None:
        """What does not run yet. A new cluster begins with one node, which the others join."""
        if not any(node.runs for node in self.nodes):
            self.nodes[0].start()
        with ThreadPoolExecutor(NODES) as pool:
            for started in [pool.submit(node.start) for node in self.nodes]:
                started.result()

    def kill9(self) -> None:
        for node in self.nodes:
            node.kill9()

    def wipe(self) -> None:
        """Kills all nodes and takes away all that they stored."""
        self.kill9()
        for node in self.nodes:
            node.wipe()

    def control(self, *arguments: str) -> str:
        """Runs rabbitmqctl against a node that runs."""
        return next(node for node in self.nodes if node.runs).control(*arguments)

    def leader_of(self, queue: str) -> RabbitMQ:
        """The node that leads it; the first one when nobody says."""
        with suppress(CalledProcessError):
            for line in self.control(
                "list_queues", "name", "leader", "--no-table-headers"
            ).splitlines():
                name, _, leader = line.partition("\t")
                if name == queue:
                    return next(
                        (node for node in self.nodes if node.node == leader.strip()), self.nodes[0]
                    )
        return self.nodes[0]
