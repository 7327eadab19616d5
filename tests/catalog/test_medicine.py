"""The medical tools: examples fit their schemas, known facts hold, audits find nothing, names read well."""

import pytest

from dive.catalog import load
from dive.catalog.medicine.names import Case
from dive.errors import ToolError

TOOLS = sorted(name for name, loaded in load().tools.items() if loaded.tool.domain == "medicine")
KINDS = ("disease:omim", "phenotype:hpo", "gene:symbol", "icd10cm:code")


def run(tool, **args):
    return load().tool(tool).run(**args)


@pytest.mark.parametrize("name", TOOLS)
def test_examples_fit_the_schema(name, check_result):
    loaded = load().tool(name)
    results = [str(check_result(loaded, example)) for example in loaded.tool.examples]
    assert len(set(results)) >= 6


def test_known_diseases():
    marfan = run("disease_record", disease="154700")
    assert (marfan["name"], marfan["gene"], marfan["inheritance"]) == ("Marfan syndrome", "FBN1", "autosomal dominant")
    assert run("disease_record", disease="143100")["gene"] == "HTT"
    assert run("disease_record", disease="261600")["gene"] == "PAH"
    eyes = {row["name"] for row in run("disease_features", disease="154700", system="eye")["features"]}
    assert {"ectopia lentis", "myopia"} <= eyes and "pneumothorax" not in eyes
    assert {"BRCA1", "BRCA2", "ATM"} <= {row["gene"] for row in run("disease_genes", disease="114480")["genes"]}


def test_onset_and_diseases_of_one_gene():
    assert run("disease_onset", disease="310200")["stage"] == "early childhood", "Duchenne muscular dystrophy"
    assert "stage" not in run("disease_onset", disease="219700")
    others = {row["disease"] for row in run("diseases_of_same_gene", disease="100800")["diseases"]}
    assert others == {row["disease"] for row in run("gene_diseases", gene="FGFR3")["diseases"]} - {"100800"}
    eyes = run("disease_features", disease="154700", system="eye")
    assert eyes["number"] == len(eyes["features"])
    assert load().entity("inheritance:hpo", "autosomal dominant").name == "autosomal dominant inheritance"
    for tool, disease in (("disease_onset", "154700"), ("diseases_of_same_gene", "261600")):
        with pytest.raises(ToolError, match="not_found"):
            run(tool, disease=disease)


def test_patient_counts_are_pooled():
    rows = {row["name"]: row for row in run("feature_counts", disease="154700", system="eye")["features"]}
    assert rows["ectopia lentis"]["frequency"] == pytest.approx(100 * 119 / 251)
    assert all(0 <= row["patients"] <= row["examined"] >= 5 for row in rows.values())


def test_similar_diseases_come_by_jaccard_index():
    rows = run("similar_diseases", disease="154700", n=5)["diseases"]
    values = [row["similarity"] for row in rows]
    assert values == sorted(values, reverse=True)
    assert any("Loeys-Dietz" in row["name"] for row in rows)
    from_a, to_b = (run("similar_diseases", disease=key, n=4)["diseases"] for key in ("143100", "607136"))
    shared = [row["similarity"] for row in from_a if row["disease"] == "607136"]
    assert shared == [row["similarity"] for row in to_b if row["disease"] == "143100"] or not shared


def test_numbers_of_other_databases_lead_back():
    assert run("gene_by_ncbi_number", number="2200")["gene"] == "FBN1"
    assert run("disease_by_orphanet_number", number="558")["name"] == "Marfan syndrome"
    assert run("disease_by_orphanet_number", number="716")["disease"] == "261600"
    assert run("feature_by_umls", concept="C0013481")["name"] == "Ebstein anomaly of the tricuspid valve"
    for tool, field, back, kind in (
        ("gene_record", "ncbi", "gene_by_ncbi_number", "gene:symbol"),
        ("disease_record", "orpha", "disease_by_orphanet_number", "disease:omim"),
        ("feature_record", "umls", "feature_by_umls", "phenotype:hpo"),
    ):
        for seed in load().seeds(kind)[::7]:
            number = load().tool(tool).run(seed.id).get(field)
            assert number is None or seed.id in load().tool(back).run(number).values()


def test_common_features_and_blocks():
    rows = run("commonest_features", disease="154700", n=5)["features"]
    assert [row["frequency"] for row in rows] == sorted((row["frequency"] for row in rows), reverse=True)
    assert [row["code"] for row in run("icd_block_codes", block="E08-E13")["codes"]] == [
        "E08",
        "E09",
        "E10",
        "E11",
        "E13",
    ]
    assert run("icd_record", code="E11.3")["block"] == "E08-E13"


def test_known_genes_and_features():
    assert "219700" in {row["disease"] for row in run("gene_diseases", gene="CFTR")["diseases"]}
    assert {"100800", "146000"} <= {row["disease"] for row in run("gene_diseases", gene="FGFR3")["diseases"]}
    lens = run("feature_record", feature="HP:0001083")
    assert (lens["name"], lens["system"]) == ("ectopia lentis", "eye")
    assert {"FBN1", "CBS", "ADAMTSL4"} <= {row["gene"] for row in run("feature_genes", feature="HP:0001083")["genes"]}
    seizures = {row["name"] for row in run("feature_subtypes", feature="HP:0001250")["features"]}
    assert {"bilateral tonic-clonic seizure", "status epilepticus"} <= seizures
    assert "154700" in {row["disease"] for row in run("feature_diseases", feature="HP:0001083")["diseases"]}


def test_known_codes():
    record = run("icd_record", code="E11.3")
    assert record["parent"] == "E11" and record["chapter"] == "Endocrine, nutritional and metabolic diseases"
    assert run("icd_record", code="E84")["billable"] == 5
    assert run("icd_record", code="I10")["billable"] == 1
    assert [row["code"] for row in run("icd_children", code="K50")["codes"]] == ["K50.0", "K50.1", "K50.8", "K50.9"]
    assert [row["code"] for row in run("icd_excludes", code="K50")["codes"]] == ["K51"]
    assert run("disease_code", disease="272800")["code"] == "E75.02"
    assert run("code_diseases", code="E84")["disease"] == "219700"
    assert {"301500", "245200"} <= {row["disease"] for row in run("code_diseases", code="E75")["diseases"]}


@pytest.mark.parametrize(
    ("tool", "args", "kind"),
    [
        ("disease_record", {"disease": "000000"}, "not_found"),
        ("disease_features", {"disease": "154700", "system": "soul"}, "not_found"),
        ("gene_record", {"gene": "FBN99"}, "not_found"),
        ("feature_record", {"feature": "HP:0000007"}, "not_found"),
        ("feature_diseases", {"feature": "HP:0001250"}, "refused"),
        ("icd_record", {"code": "E99"}, "not_found"),
        ("icd_children", {"code": "S82.841"}, "refused"),
        ("icd_excludes", {"code": "E84"}, "not_found"),
        ("disease_code", {"disease": "261600"}, "not_found"),
    ],
)
def test_what_cannot_be_answered_is_refused(tool, args, kind):
    with pytest.raises(ToolError) as error:
        run(tool, **args)
    assert error.value.kind == kind


@pytest.mark.parametrize("table", ["disease", "phenotype", "gene", "icd10cm", "disease_code"])
def test_audits_find_nothing_unfenced(table):
    assert [finding for finding in load().audits[table]() if not finding.fenced] == []


@pytest.mark.parametrize("kind", KINDS)
def test_seeds_are_many_and_labelled_apart(kind):
    seeds = load().seeds(kind)
    labels = {load().label(kind, seed.id) for seed in seeds}
    assert len(labels) == len(seeds) >= 400
    assert not any("retardation" in label or "  " in label for label in labels)


def test_names_stand_inside_a_sentence():
    case = Case(["a case of leukemia that Ebstein saw, acute and myeloid", "the Ebstein anomaly", "a seizure"])
    assert case.natural("Ebstein anomaly") == "Ebstein anomaly"
    assert case.natural("Seizure") == "seizure"
    assert case.uninverted("Leukemia, acute myeloid") == "Acute myeloid leukemia"
    assert case.uninverted("Ichthyosis, congenital, autosomal recessive 8").endswith("congenital ichthyosis 8")
    assert case.uninverted("Cataracts, hearing loss, and dwarfism") == "Cataracts, hearing loss, and dwarfism"


def test_a_feature_is_counted_with_its_subtypes():
    narrow, broad = (run("feature_gene_count", feature=key)["genes"] for key in ("HP:0002197", "HP:0001250"))
    assert 0 < narrow < broad
    assert run("feature_frequency", feature="HP:0001250")["diseases"] > 100
