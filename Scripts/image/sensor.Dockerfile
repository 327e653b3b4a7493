# The sensor: one program with its libraries. No shell, no package manager, nothing that could be run instead.
# Scripts/image.sh makes root.tar; ADD unpacks it, extended attributes included.
FROM scratch
ADD root.tar /
# Two arenas are enough for its threads, and keep the resident size down.
ENV MALLOC_ARENA_MAX=2
USER 2202:2202
ENTRYPOINT ["/usr/src/app/wiz-sensor"]
CMD ["daemon"]
