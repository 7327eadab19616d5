"""One provider's address with its key: a request's bytes in, a reply's bytes out, or the ModelError.

Takes a Net, a URL and headers; what the two adapters share. Does not know either API's shapes.
"""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Raw

from dive.errors import BadReply, ModelError, NetError
from dive.models.faults import fault, lost, words
from dive.models.net import Net
from dive.models.settings import Secret

T = TypeVar("T")


class Endpoint:
    """Where one model is asked.

    Args:
        model: its name, for messages.
        url: the whole address of the call.
        headers: those that carry no secret.
        key: the secret, if the server wants one.
        auth: the header that the secret goes into.
    """

    def __init__(
        self,
        net: Net,
        model: str,
        url: str,
        headers: dict[str, str],
        key: Secret | None,
        auth: Callable[[str], dict[str, str]],
    ) -> None:
        self.name = f"{model} at {urlsplit(url).netloc}"
        self._net, self._url, self._key = net, url, key
        self._headers, self._auth = {"content-type": "application/json", **headers}, auth

    async def post(self, body: bytes) -> bytes:
        """The body of a 2xx answer."""
        headers = self._headers if self._key is None else {**self._headers, **self._auth(self._key.reveal())}
        try:
            answer = await self._net.post(self._url, body, headers)
        except NetError as error:
            raise self.clean(lost(self.name, error)) from None
        if not 200 <= answer.status < 300:
            raise self.clean(fault(self.name, answer))
        return answer.body

    def decode(self, decoder: msgspec.json.Decoder[T], body: bytes | Raw) -> T:
        """`body` in the shape of `decoder`; BadReply with its beginning if it is not of that shape."""
        try:
            return decoder.decode(body)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise self.clean(BadReply(f"{self.name}: not a reply: {error}: {words(bytes(body))[:200]}")) from None

    def clean(self, error: ModelError) -> ModelError:
        """`error` without the key, should the provider have quoted it."""
        if self._key is not None:
            error.args = tuple(self._key.hide(str(arg)) for arg in error.args)
        return error
