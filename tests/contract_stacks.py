"""The stacks that `make test` holds to the contract; `make matrix` holds every one to it.

Apart from the suite, so that another choice of stacks leaves the matrix's results as they are.
"""

DEFAULT = (
    "fastapi-sqlite-memory-jwt-example",
    "fastapi-postgresql-redis-session-example",
    "fastapi-mysql-memcached-oidc-example",
    "fastapi-postgresql-memcached-api_key-bare",
    "fastapi-mysql-redis-none-bare",
    "litestar-postgresql-redis-session-example",
    "litestar-mysql-memcached-oidc-example",
    "django-postgresql-redis-session-example",
    "django-mysql-memcached-jwt-bare",
    "flask-postgresql-redis-oidc-example",
    "flask-mysql-memcached-session-bare",
)
