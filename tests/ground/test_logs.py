import json
import logging
import sys

import pytest

from safarichat.ground import logs

TOKEN = "EAAG" + "x7" * 20


@pytest.mark.parametrize(
    "line",
    [
        f"GET /v25.0/me?access_token={TOKEN}&fields=id",
        f"Authorization: Bearer {TOKEN}",
        f'{{"access_token": "{TOKEN}", "expires": 1}}',
        f"{{'client_secret': '{TOKEN}'}}",
        f"/oauth?code={TOKEN}",
        f"Internal Server Error: /connect/{TOKEN}",
        f"hub.verify_token={TOKEN}",
        f"the token was {TOKEN}",
        f"postgresql://safarichat:{TOKEN}@/safarichat",
        f"Cookie: sessionid={TOKEN}; csrftoken={TOKEN}",
    ],
)
def test_what_looks_like_a_secret_is_masked_whoever_logs_it(line: str) -> None:
    assert TOKEN not in logs.masked(line)
    assert logs.MASK in logs.masked(line)


@pytest.mark.parametrize(
    "line",
    [
        '{"code": 131047, "title": "Re-engagement message"}',
        "code=190 subcode=463",
        "conversation 12 of account 3: 40 messages in 12 ms",
        "http://127.0.0.1:8000/whatsapp/official/callback?state=abc",
        "POST graph.facebook.com/v25.0/123/messages 200 in 80 ms",
    ],
)
def test_what_is_no_secret_stays_readable(line: str) -> None:
    assert logs.masked(line) == line


def test_a_json_line_holds_the_request_id_and_a_masked_traceback() -> None:
    try:
        raise ValueError(f"access_token={TOKEN}")
    except ValueError:
        record = logging.LogRecord("safarichat.test", logging.ERROR, __file__, 1, "failed %s", ("so",), sys.exc_info())
    with logs.request() as request_id:
        line = json.loads(logs.JsonLines().format(record))
    assert line["request_id"] == request_id
    assert line["message"].startswith("failed so\nTraceback")
    assert TOKEN not in line["message"]
    assert "request_id" not in json.loads(logs.JsonLines().format(record))
