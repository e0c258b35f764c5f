"""Private servers for tests: PostgreSQL, RabbitMQ, Redis, to be killed and started at will.

They listen on 127.0.0.1 only, on free ports, and keep all they have in one temporary folder; servers
of the system are left alone.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, LiteralString

import psutil
import psycopg
from psycopg import sql

from tests.support.authority import Authority

PATIENCE_SECONDS = 60.0
DISK_FREE_LIMIT = "50MB"
"""Below so much free space RabbitMQ takes no more messages."""


class NotInstalled(Exception):
    """The server's programs are not on this machine."""


class DidNotStart(Exception):
    """The server went away or stays silent; carries the end of its log."""


class Playground:
    """A temporary folder with servers in it. Leaving it ends them all and removes the folder, and so
    does the death of this process: a guard waits for that (see tests.support.guard)."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="diancai-servers-"))
        self.folder.chmod(0o711)  # PostgreSQL may run as another user than we
        self.authority = Authority(self.folder / "ca.pem")
        guard = [sys.executable, str(Path(__file__).with_name("guard.py")), str(self.folder)]
        # A session of its own, so that Ctrl-C in the terminal reaches the tests only.
        self._guard = subprocess.Popen(guard, stdin=subprocess.PIPE, start_new_session=True)
        self._watched: list[subprocess.Popen[bytes]] = []

    def watch(self, process: subprocess.Popen[bytes]) -> None:
        """Has the process ended when this run is over."""
        assert self._guard.stdin is not None
        self._watched.append(process)
        self._guard.stdin.write(
            f"{process.pid} {psutil.Process(process.pid).create_time()!r}\n".encode()
        )
        self._guard.stdin.flush()

    def close(self) -> None:
        if self._guard.stdin is not None and not self._guard.stdin.closed:
            self._guard.stdin.close()
        self._guard.wait(PATIENCE_SECONDS)
        for process in self._watched:
            process.wait(PATIENCE_SECONDS)


class PrivateServer(ABC):
    """A server of our own. ``start`` returns when it answers; what it stored before is there again."""

    name: ClassVar[str]

    def __init__(
        self,
        playground: Playground,
        *,
        label: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """``label`` tells it from others of its kind on the playground; ``environment`` is added to its own."""
        self.playground = playground
        self.label = label or self.name
        self.folder = playground.folder / self.label
        self.log = playground.folder / f"{self.label}.log"
        self.environment = dict(environment or {})
        self.port = free_port()
        self.tls_port = free_port()
        """Where it speaks TLS; PostgreSQL does so at its only port."""
        self.chain_file, self.key_file = self.folder / "server.pem", self.folder / "server.key"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """Where a client reaches it, with the user it may be."""

    @abstractmethod
    def start(self) -> None:
        """Does nothing when it runs. :raises DidNotStart:"""

    @abstractmethod
    def answers(self) -> bool:
        """Whether a client would be served now."""

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """:raises DidNotStart: it has not been started."""
        if self._process is None:
            raise DidNotStart(f"{self.label} was not started")
        return self._process.pid

    def recover(self) -> None:
        """Returns when it answers, started again if it gave up meanwhile, as an orchestrator does."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not (self.runs and self.answers()):
            if time.monotonic() > end:
                raise DidNotStart(f"{self.label}: {self.log.read_text(errors='replace')[-2000:]}")
            if not self.runs:
                with suppress(DidNotStart):
                    self.start()
            time.sleep(0.05)

    def stop(self) -> None:
        """Asks it to end in order, and waits for that."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_SECONDS)

    def kill9(self) -> None:
        """Kills it with all its processes, as the machine's out-of-memory killer would."""
        if self._process is None or not self.runs:
            return
        with suppress(psutil.NoSuchProcess):
            family = psutil.Process(self._process.pid).children(recursive=True)
            self._process.kill()
            for child in family:
                with suppress(psutil.NoSuchProcess):
                    child.kill()
            psutil.wait_procs(family, PATIENCE_SECONDS)
        self._process.wait(PATIENCE_SECONDS)

    def _spawn(
        self,
        command: Sequence[str],
        *,
        user: int | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**environment, **self.environment},
                user=user,
                group=_group_of(user),
                extra_groups=None if user is None else [],
            )
        self.playground.watch(self._process)
        self._wait_for(self.answers)

    def _certify(self, user: int | None = None) -> None:
        """Writes its certificate, and its key for ``user`` alone."""
        certificate = self.playground.authority.certify("localhost")
        self.chain_file.write_bytes(certificate.chain)
        self.key_file.touch(mode=0o600)
        self.key_file.write_bytes(certificate.key)
        if user is not None:
            os.chown(self.key_file, user, -1)
            self.chain_file.chmod(0o644)

    def _wait_for(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if not self.runs or time.monotonic() > end:
                raise DidNotStart(f"{self.label}: {self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)


class Postgres(PrivateServer):
    name = "postgresql"
    fsync: ClassVar[str] = "off"
    """Off survives the death of the server, though not of the machine; a benchmark sets it to on."""

    def __init__(
        self,
        playground: Playground,
        *,
        label: str = "",
        environment: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> None:
        """``options`` are settings of postgresql.conf."""
        super().__init__(playground, label=label, environment=environment)
        self.data = self.folder / "data"
        self._options = dict(options or {})
        self._programs = postgres_programs()
        self._user = unprivileged_user()

    @property
    def url(self) -> str:
        return f"postgresql://app@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        if self.runs:
            return
        self._make_folder()
        if not self.data.exists():
            self.run("initdb", *_INITDB, "-D", str(self.data))
        self._certify(self._user)
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            "fsync": self.fsync,
            "full_page_writes": self.fsync,
            "ssl": "on",
            "ssl_cert_file": str(self.chain_file),
            "ssl_key_file": str(self.key_file),
        } | self._options
        command = [str(self._programs / "postgres"), "-D", str(self.data), "-p", str(self.port)]
        self._spawn(
            [*command, *(f"--{key}={value}" for key, value in options.items())], user=self._user
        )

    def copy_from(self, other: "Postgres", name: str) -> None:
        """Becomes a standby of ``other``, which knows it as ``name``; what it stored before is gone."""
        self._make_folder()
        shutil.rmtree(self.data, ignore_errors=True)
        where = f"host=127.0.0.1 port={other.port} user=app application_name={name}"
        self.run(
            "pg_basebackup",
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "-N",
            "-D",
            str(self.data),
            "-d",
            where,
        )

    def ask(self, *statements: LiteralString) -> object:
        """Runs them one by one, outside of transactions; the first value that the last one gives."""
        with psycopg.connect(self.url, autocommit=True, connect_timeout=10) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.Error:
            return False
        return True

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(
                signal.SIGINT
            )  # "fast": SIGTERM would wait for the clients to leave
            self._process.wait(PATIENCE_SECONDS)

    def run(self, program: str, *arguments: str) -> None:
        """One of PostgreSQL's programs, as the user that the server runs as. :raises DidNotStart: it failed."""
        done = subprocess.run(
            [self._programs / program, *arguments],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            user=self._user,
            group=_group_of(self._user),
            extra_groups=None if self._user is None else [],
        )
        if done.returncode:
            raise DidNotStart(f"{program}: {done.stderr[-2000:]}")

    def _make_folder(self) -> None:
        if not self.folder.exists():
            self.folder.mkdir(mode=0o700)
            if self._user is not None:
                os.chown(self.folder, self._user, -1)


_INITDB = ("-U", "app", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")


class NodeDirectory:
    """epmd, where the nodes of RabbitMQ and their tools find each other. A node would start one as a daemon that
    outlives it; this is a child that ends with us."""

    def __init__(self, playground: Playground) -> None:
        self.port = free_port()
        self.cookie = secrets.token_hex(16)
        """What the nodes know each other by."""
        self._playground = playground
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Does nothing when it runs."""
        if self._process is not None and self._process.poll() is None:
            return
        self._process = subprocess.Popen(
            ["epmd", "-address", "127.0.0.1", "-port", str(self.port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._playground.watch(self._process)


class RabbitMQ(PrivateServer):
    name = "rabbitmq"

    def __init__(
        self,
        playground: Playground,
        *,
        label: str = "",
        environment: Mapping[str, str] | None = None,
        directory: NodeDirectory | None = None,
    ) -> None:
        """``directory``: the one of its cluster; default: its own."""
        super().__init__(playground, label=label, environment=environment)
        self._programs = rabbitmq_programs()
        self._node_port = free_port()
        self._directory = directory or NodeDirectory(playground)
        self.settings: dict[str, str] = {"disk_free_limit.absolute": DISK_FREE_LIMIT}
        """Of rabbitmq.conf, as it is when the node first starts."""

    @property
    def node(self) -> str:
        """What it is called in its cluster."""
        return f"diancai{self.port}@localhost"

    @property
    def url(self) -> str:
        return self.url_of("%2F")

    def url_of(self, vhost: str) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/{vhost}"

    def start(self) -> None:
        if self.runs:
            return
        if not self.folder.exists():
            self.folder.mkdir(mode=0o700)
            cookie = self.folder / ".erlang.cookie"
            cookie.write_text(self._directory.cookie)
            cookie.chmod(0o400)
            self._certify()
            settings = self.settings | {
                "listeners.ssl.default": f"127.0.0.1:{self.tls_port}",
                "ssl_options.cacertfile": str(self.playground.authority.ca_file),
                "ssl_options.certfile": str(self.chain_file),
                "ssl_options.keyfile": str(self.key_file),
                "ssl_options.verify": "verify_none",  # of clients
            }
            lines = [f"{key} = {value}\n" for key, value in settings.items()]
            (self.folder / "rabbitmq.conf").write_text("".join(lines))
            (self.folder / "plugins").write_text("[].")
        self._directory.start()
        self._spawn([str(self._programs / "rabbitmq-server")], environment=self._environment())

    def wipe(self) -> None:
        """Kills it and takes away all that it stored: queues, messages, users. It starts as a new one."""
        self.kill9()
        shutil.rmtree(self.folder / "data", ignore_errors=True)

    def answers(self) -> bool:
        """The node opens its port last; then it greets whoever speaks AMQP."""
        return _replies(self.port, b"AMQP\x00\x00\x09\x01", b"\x01")

    def control(self, *arguments: str) -> str:
        """Runs rabbitmqctl; gives what it prints. :raises subprocess.CalledProcessError: it failed."""
        return subprocess.run(
            [self._programs / "rabbitmqctl", "-q", *arguments],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
        return (
            inherited
            | {
                "HOME": str(self.folder),
                "ERL_EPMD_PORT": str(self._directory.port),
                "ERL_EPMD_ADDRESS": "127.0.0.1",
                "RABBITMQ_NODENAME": self.node,
                "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
                "RABBITMQ_NODE_PORT": str(self.port),
                "RABBITMQ_DIST_PORT": str(self._node_port),
                "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
                "RABBITMQ_LOG_BASE": str(self.folder / "log"),
                "RABBITMQ_PID_FILE": str(self.folder / "pid"),
                "RABBITMQ_CONF_ENV_FILE": "/dev/null",
                "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
                "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
                # One scheduler that sleeps when idle: the tests need the processors themselves. And the
                # distribution port of node and tools listens on this machine only.
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}",
                "ERL_CRASH_DUMP": str(self.folder / "crash.dump"),
                "RUNNING_UNDER_SYSTEMD": "1",  # makes the script become the node, so that its pid is the node's
            }
        )


class RedisServer(PrivateServer):
    name = "redis"
    appendonly: ClassVar[str] = "no"
    """With yes it writes to the disk, and refuses commands while that is full."""

    def __init__(
        self,
        playground: Playground,
        *,
        label: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(playground, label=label, environment=environment)
        self._program = redis_program()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        if self.runs:
            return
        self.folder.mkdir(exist_ok=True)
        self._certify()
        options = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": str(self.folder),
            "save": "",
            "appendonly": self.appendonly,
        }
        options |= {
            "tls-port": str(self.tls_port),
            "tls-cert-file": str(self.chain_file),
            "tls-key-file": str(self.key_file),
            "tls-ca-cert-file": str(self.playground.authority.ca_file),
            "tls-auth-clients": "no",
        }
        self._spawn(
            [
                self._program,
                *(word for key, value in options.items() for word in (f"--{key}", value)),
            ]
        )

    def answers(self) -> bool:
        return _replies(self.port, b"PING\r\n", b"+PONG")


class PgBouncer(PrivateServer):
    """A pooler in front of a PostgreSQL server, with one server connection for each database and user: whoever leaves
    anything behind in a session meets it again."""

    name = "pgbouncer"

    def __init__(
        self, playground: Playground, *, server_port: int, mode: str = "transaction", size: int = 1
    ) -> None:
        """``mode`` is PgBouncer's ``pool_mode``; ``size`` the number of server connections."""
        self.mode = mode
        super().__init__(playground, label=f"pgbouncer-{mode}-{size}")
        self._server_port = server_port
        self._size = size
        self._program = pgbouncer_program()
        self._user = unprivileged_user()

    @property
    def url(self) -> str:
        return f"postgresql://app@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        if self.runs:
            return
        self.folder.mkdir(exist_ok=True)
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": str(self.port),
            "unix_socket_dir": "",
            "auth_type": "any",
            "pool_mode": self.mode,
            "default_pool_size": str(self._size),
            "max_client_conn": "500",
        }
        lines = [
            "[databases]",
            f"* = host=127.0.0.1 port={self._server_port} user=app",
            "[pgbouncer]",
        ]
        config = self.folder / "pgbouncer.ini"
        config.write_text(
            "\n".join([*lines, *(f"{key} = {value}" for key, value in settings.items()), ""])
        )
        self._spawn([self._program, str(config)], user=self._user)

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.Error:
            return False
        return True


def _replies(port: int, greeting: bytes, reply: bytes) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(greeting)
            return connection.recv(len(reply)) == reply
    except OSError:
        return False


def free_port() -> int:
    """A port to listen on soon. It lies below those that systems give to outgoing connections (from 32768 on Linux,
    49152 by RFC 6335), one of which could otherwise take it first. None is given twice: whoever has it may not listen
    yet."""
    while True:
        port = 15_000 + secrets.randbelow(17_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in _given:
                _given.add(port)
                return port


_given: set[int] = set()


def postgres_programs() -> Path:
    """:raises NotInstalled:"""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: int(folder.parent.name),
        reverse=True,
    )
    if server := shutil.which("postgres"):
        found.append(Path(server).resolve().parent)
    for folder in found:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            unprivileged_user()
            return folder
    raise NotInstalled("PostgreSQL")


def rabbitmq_programs() -> Path:
    """:raises NotInstalled:"""
    # Debian's /usr/sbin/rabbitmq-server is a wrapper that changes the user; the plain one is here.
    folder = Path("/usr/lib/rabbitmq/bin")
    if not (folder / "rabbitmq-server").exists():
        server = shutil.which("rabbitmq-server")
        if server is None:
            raise NotInstalled("RabbitMQ")
        folder = Path(server).resolve().parent
    if shutil.which("epmd") is None:
        raise NotInstalled("RabbitMQ (epmd)")
    return folder


def redis_program() -> str:
    """:raises NotInstalled:"""
    program = shutil.which("redis-server")
    if program is None:
        raise NotInstalled("Redis")
    return program


def pgbouncer_program() -> str:
    """:raises NotInstalled:"""
    program = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
    if program is None:
        raise NotInstalled("PgBouncer")
    return program


QUICK_BROWSER = "chromium-headless-shell"
"""Chromium without windows of its own: one more page costs an eighth of what it costs in the whole program."""
BROWSERS = (QUICK_BROWSER, "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def chromium_program() -> str:
    """The one that DIANCAI_BROWSER names, else the distribution's. :raises NotInstalled:"""
    named = os.environ.get("DIANCAI_BROWSER")
    found = named or next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise NotInstalled("Chromium")
    return found


def unprivileged_user() -> int | None:
    """Whom PostgreSQL runs as, for it refuses root; None: as ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_uid
    except KeyError:
        raise NotInstalled("PostgreSQL (we are root, and there is no user postgres)") from None


def _group_of(user: int | None) -> int | None:
    return None if user is None else pwd.getpwuid(user).pw_gid


_EMPTY: LiteralString = """
DO $$
DECLARE
    each name;
BEGIN
    PERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    FOR each IN SELECT nspname FROM pg_namespace
        WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
    LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', each);
    END LOOP;
    CREATE SCHEMA public AUTHORIZATION pg_database_owner;
    GRANT USAGE ON SCHEMA public TO PUBLIC;
END $$
"""
"""PostgreSQL 15's way of making ``public``. Sessions without a database, of autovacuum's launcher and such, stay."""


def create_database(server_url: str, name: str) -> None:
    """For whoever makes it alone, as deploy/ makes those of the services."""
    _administer(server_url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    _administer(
        server_url,
        sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)),
    )


def drop_database(server_url: str, name: str) -> None:
    _administer(
        server_url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    )


def empty_database(server_url: str, name: str) -> None:
    """Ends its sessions, and leaves it as a new one is."""
    with psycopg.connect(
        server_url, dbname=name, autocommit=True, connect_timeout=10
    ) as connection:
        connection.execute(_EMPTY)


def _administer(server_url: str, statement: sql.Composed) -> None:
    with psycopg.connect(server_url, autocommit=True, connect_timeout=10) as connection:
        connection.execute(statement)
