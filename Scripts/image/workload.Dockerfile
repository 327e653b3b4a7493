# What the sample workloads run: busybox and nothing else.
FROM scratch
ADD root.tar /
ENV PATH=/bin
CMD ["/bin/sh"]
