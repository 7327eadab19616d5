"""The shipped JSON Schemas are those of the nouns, and real ledger lines keep to them."""

import fastjsonschema
import msgspec
import pytest

from dive.nouns import Answer, Arg, Noun, Proof, Step, Verdict
from dive.schemas import FOLDER, NOUNS, schema, text


@pytest.mark.parametrize("noun", NOUNS)
def test_shipped_schema_is_the_noun_s(noun: type[Noun]) -> None:
    assert (FOLDER / f"{noun.__name__}.json").read_bytes() == text(noun)


def test_a_proof_keeps_to_its_schema_and_a_damaged_one_does_not() -> None:
    answer = Answer(type="number", value=3.5, unit="feet", decimals=1)
    step = Step(id="pe", call="country_facts", args={"country": Arg(text="Peru", is_="PE")})
    good = msgspec.to_builtins(Proof(steps=(step,), program="pe['area']", answer=answer))
    check = fastjsonschema.compile({k: v for k, v in schema(Proof).items() if k != "$schema"})
    assert check(good) == good
    with pytest.raises(fastjsonschema.JsonSchemaException):
        check({**good, "programme": "1"})


def test_every_noun_refuses_unknown_keys() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.json.decode(b'{"by":"unique","passed":true,"score":1.0,"colour":"red"}', type=Verdict)
