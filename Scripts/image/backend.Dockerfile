# The reference portal. Its data folder is a volume; everything else is read-only.
FROM scratch
ADD root.tar /
USER 2202:2202
ENTRYPOINT ["/usr/src/app/fake-wiz-backend"]
CMD ["serve", "--data", "/data"]
