"""Sessions of requests."""

from django.contrib.sessions import middleware
from django.http import HttpRequest, HttpResponse

from ..core.problems import respond_to_failure


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's own, which answers a failure to keep the session like one of the view."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except Exception as error:
            answer = respond_to_failure(request, error)
            if answer is None:
                raise
            return answer
