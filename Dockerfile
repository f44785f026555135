# Everything that it reads with, for daemon, worker and pages alike: LibreOffice for .doc and .wps, fonts, OCR, the clients of PostgreSQL and
# of an object store.
# In a checkout it installs the checkout, which is nianbao/ and the folders that its links lead to. Anywhere else, as in
# a folder that `nianbao init --settings` wrote, it installs the wheel that lies beside this file.
FROM python:3.12-slim AS build
WORKDIR /build
COPY . .
RUN python -m venv /opt/nianbao \
    && if [ -f pyproject.toml ]; then set -- . -c constraints.txt; else set -- ./nianbao-*.whl; fi \
    && if [ ! -e "$1" ]; then echo "Put nianbao's wheel beside this Dockerfile." >&2; exit 1; fi \
    && source="$1[ocr,large]" && shift \
    && /opt/nianbao/bin/pip install --no-cache-dir "$source" "$@"
# What is in it, for whoever has to look for a weakness: /opt/nianbao/sbom.cdx.json.
RUN python -m venv /opt/bom \
    && /opt/bom/bin/pip install --no-cache-dir "cyclonedx-bom>=7,<8" \
    && /opt/bom/bin/cyclonedx-py environment --output-reproducible --output-file /opt/nianbao/sbom.cdx.json /opt/nianbao/bin/python

FROM python:3.12-slim
# Debian keeps no older versions: a pinned one would stop the build some day.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libreoffice-writer-nogui fonts-noto-cjk libgl1 libglib2.0-0 tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --home-dir /srv/nianbao nianbao \
    && mkdir -p /srv/nianbao/config/counties /srv/nianbao/var && chown -R nianbao:nianbao /srv/nianbao
COPY --from=build /opt/nianbao /opt/nianbao
ENV PATH=/opt/nianbao/bin:$PATH PYTHONUNBUFFERED=1 HOME=/srv/nianbao
USER 10001
WORKDIR /srv/nianbao
VOLUME /srv/nianbao/var
EXPOSE 8470
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8470/healthz', timeout=8)"]
ENTRYPOINT ["tini", "--", "nianbao"]
CMD ["daemon", "--settings", "config/nianbao.toml"]
