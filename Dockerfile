# The image of one service, of shared/ and that service alone: docker build --build-arg SERVICE=catalog .
ARG PYTHON_IMAGE=python:3.13-slim-trixie
FROM ${PYTHON_IMAGE} AS packages
ARG SERVICE
COPY requirements/${SERVICE}.txt /tmp/requirements.txt
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv --without-pip /opt/venv && \
    pip --python /opt/venv/bin/python install --no-deps --require-hashes --requirement /tmp/requirements.txt

FROM ${PYTHON_IMAGE}
ARG SERVICE
LABEL org.opencontainers.image.title="diancai ${SERVICE}" org.opencontainers.image.licenses="Apache-2.0"
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY services/__init__.py services/
COPY shared/ shared/
COPY services/${SERVICE}/ services/${SERVICE}/
ENV SERVICE=${SERVICE} PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
# Compiled now, because the file system is read-only later.
RUN python -m compileall -q shared services
# Where requests keeps files of orders; a volume that is mounted here is the user's.
RUN install -d -o 10001 -g 10001 /var/lib/diancai
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# A bare socket, for urllib costs five times the work, and on a small machine sixteen of these ask together.
HEALTHCHECK --interval=15s --timeout=5s --start-period=90s --start-interval=2s CMD ["python", "-c", "\
import os, socket, sys; s = socket.create_connection(('127.0.0.1', 8000), 4); \
s.sendall(f'GET /api/{os.environ[\"SERVICE\"]}/health/ready HTTP/1.0\\r\\n\\r\\n'.encode()); \
sys.exit(b' 200 ' not in s.recv(64))"]
CMD ["sh", "-c", "exec python -m \"services.$SERVICE\""]
