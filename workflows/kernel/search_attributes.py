"""Every custom search attribute: set at start and once at close, no upserts between, no person in
them. Stack, tests and production registration read this list."""

from temporalio.common import SearchAttributeKey

CASE_PROCEDURE = SearchAttributeKey.for_keyword("CaseProcedure")
CASE_OFFICE = SearchAttributeKey.for_keyword("CaseOffice")
CASE_OPENED_ON = SearchAttributeKey.for_keyword("CaseOpenedOn")
CASE_OUTCOME = SearchAttributeKey.for_keyword("CaseOutcome")

SEARCH_ATTRIBUTES = [CASE_PROCEDURE, CASE_OFFICE, CASE_OPENED_ON, CASE_OUTCOME]
