# PostgreSQL with a folder for archived WAL that its own user may write to: a volume over it takes
# over whose it is.
FROM postgres:17.7-bookworm
RUN install -d -o postgres -g postgres -m 0700 /archive
USER postgres
