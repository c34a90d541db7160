"""The stacks that `make test` holds to the contract; `make matrix` holds every one to it.

Each answer is among them: what is held to the contract is the same for all stacks.
Apart from the suite, so that another choice of stacks leaves the matrix's results as they are.
"""

DEFAULT = (
    "fastapi-sqlite-memory-jwt-example",
    "fastapi-postgresql-memcached-api_key-bare",
    "fastapi-mysql-redis-none-bare",
    "litestar-mysql-memcached-oidc-example",
    "django-postgresql-redis-session-example",
    "django-mysql-memcached-jwt-bare",
    "flask-postgresql-redis-oidc-example",
)
