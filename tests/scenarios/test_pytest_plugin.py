"""The pytest plugin, run by pytest itself."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.scenarios.leaving_out import CREATES, GRANTS, KEY


@pytest.fixture
def folder(pytester: pytest.Pytester, text: str, request: pytest.FixtureRequest) -> pytest.Pytester:
    pytester.makefile(".scenario.yaml", share=text)
    pytester.makeini("[pytest]")  # names begin here, whatever lies in the folders above
    if not request.config.pluginmanager.has_plugin("policyeval"):
        pytester.makeconftest('pytest_plugins = ["policyeval.scenarios.pytest_plugin"]')
    return pytester


FAILING = """\
  - name: the poor role does too
    principal: arn:aws:iam::444455556666:role/poor
    action: kms:Decrypt
    resource: arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
    expect: allow
"""


def test_a_case_is_a_test_named_by_its_sentence(folder: pytest.Pytester) -> None:
    done = folder.runpytest("-v")
    done.stdout.fnmatch_lines(["share.scenario.yaml::the application role in B decrypts PASSED*"])
    done.assert_outcomes(passed=1)


def test_a_failure_is_explained_at_the_cases_place(folder: pytest.Pytester, text: str) -> None:
    folder.makefile(".scenario.yaml", share=text + FAILING)
    done = folder.runpytest("-p", "no:randomly")
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(
        [
            "share.scenario.yaml:34:5: the poor role does too",
            "expected allow, got deny",
            "*because no identity-based policy allows the kms:Decrypt action",
            "*account 444455556666 must add an identity policy that allows*",
        ]
    )
    done.stdout.no_fnmatch_line("*runner.py*")


def test_a_case_about_what_no_service_does_is_warned_of(folder: pytest.Pytester, text: str) -> None:
    mistyped = FAILING.replace("kms:Decrypt", "kms:Decrpyt").replace("expect: allow", "expect: deny")
    folder.makefile(".scenario.yaml", share=text + mistyped)
    done = folder.runpytest("-W", "default", "-p", "no:randomly")
    done.assert_outcomes(passed=2, warnings=1)
    done.stdout.fnmatch_lines(
        ["*share.scenario.yaml:36:13: `kms` has no action `Decrpyt`", "*did you mean `kms:Decrypt`?"]
    )
    folder.runpytest("-W", "error").assert_outcomes(passed=1, failed=1)


def test_a_case_that_leaves_out_what_every_request_has_is_warned_of(folder: pytest.Pytester) -> None:
    case = json.dumps({"name": "n", "resource": KEY, "expect": "allow", **CREATES})
    folder.makefile(".scenario.yaml", share=f"{GRANTS}  - {case}\n")
    done = folder.runpytest("-W", "default", "-p", "no:randomly")
    done.assert_outcomes(passed=1, warnings=1)
    done.stdout.fnmatch_lines(["*share.scenario.yaml:18:5: `kms:GrantOperations` is not told*"])
    folder.runpytest("-W", "error").assert_outcomes(failed=1)


def test_a_case_is_chosen_by_its_words(folder: pytest.Pytester, text: str) -> None:
    folder.makefile(".scenario.yaml", share=text + FAILING)
    folder.runpytest("-k", "application").assert_outcomes(passed=1, deselected=1)


def test_json_is_collected_and_other_files_are_not(folder: pytest.Pytester) -> None:
    folder.makefile(".scenario.json", more='{"policyeval": 1}')
    folder.makefile(".yaml", accounts="policyeval: 1")
    done = folder.runpytest("--collect-only", "-q")
    done.stdout.fnmatch_lines(["share.scenario.yaml::the application role in B decrypts", "", "1 test collected*"])


def test_a_file_that_cannot_be_read_is_an_error_of_collection(folder: pytest.Pytester, text: str) -> None:
    folder.makefile(".scenario.yaml", share=text.replace("accounts:", "acounts:"))
    done = folder.runpytest()
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*share.scenario.yaml:3:1: unknown key `acounts` in this scenario file"])
    done.stdout.fnmatch_lines(["*hint: did you mean `accounts`?"])


def test_the_plugin_costs_a_pytest_run_without_scenarios_nothing() -> None:
    code = (
        "import sys, policyeval.scenarios.pytest_plugin\n"
        "heavy = {'pydantic', 'lark', 'yaml', 'cryptography', 'policyeval.authorizer', 'policyeval.entities'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
