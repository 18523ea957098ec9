# The images of Muster. Each is made of its program and the libraries which that needs, nothing else.
#
#   docker build --target trainer .      compiles everything in the first stage
#   make images                          takes the programs of build/release, and needs no daemon
#
# PROGRAMS says which of the two: `compiled` or `built`. BASE is what the first is compiled in; it
# must be a Debian of the release that scripts/debian.txt names.
ARG PROGRAMS=compiled
ARG BASE=debian:12

FROM ${BASE} AS compiled
COPY . /src
WORKDIR /src
# The stamp says that all is installed, for what only tests need is not.
RUN scripts/deps.sh build && mkdir -p build && touch build/deps.stamp \
    && make build && scripts/image-roots.sh build/release /roots

FROM scratch AS built
COPY build/images/roots /roots

FROM ${PROGRAMS} AS programs

FROM scratch AS agent
COPY --from=programs /roots/agent /
USER 65532:65532
ENTRYPOINT ["/muster-agent"]

FROM scratch AS controller
COPY --from=programs /roots/controller /
USER 65532:65532
ENTRYPOINT ["/usr/bin/muster-controller"]

FROM scratch AS trainer
COPY --from=programs /roots/trainer /
USER 65532:65532
ENTRYPOINT ["/usr/bin/muster-trainer"]
