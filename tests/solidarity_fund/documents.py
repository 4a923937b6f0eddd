"""The Fund's GraphQL documents, as a client sends them."""

from __future__ import annotations

REQUEST = """fragment R on FundRequest { id pseudonym status reason amount { amount } quorum
  regulationVersion submittedAt votesCast myVote recused
  decision { approved amount { amount } votesFor votesAgainst abstentions } }"""
ERRORS = "errors { field message code }"

QUERIES = {
    "fund": "{ fund { id name balance { amount } policy { providerBps } } }",
    "fundTransparency": """{ fundTransparency { levied { amount } givenBack { amount } requests
      awards awarded { amount } spent { amount } } }""",
    "fundRegulation": """{ fundRegulation { id version sha256 articles { number title text }
      reasons { code label } leastAward { amount } } }""",
    "myFundRequests": "{ myFundRequests(first: 100) { edges { node { ...R } } } }" + REQUEST,
    "fundRequests": """{ fundRequests(first: 100) { totalCount edges { node { ...R } } } }"""
    + REQUEST,
    "fundAwards": """{ fundAwards(first: 100) { edges { node { id requestId pseudonym status
      amount { amount } payUntil paidAt } } } }""",
}
QUERIES_OF_A_REQUEST = {
    "fundRequestFile": """query($id: ID!) { fundRequestFile(id: $id) { request { ...R } description
      householdSize motivation precheck { passed advised { amount }
      findings { rule article passed sentence } } } }"""
    + REQUEST,
    "fundMinutes": """query($id: ID!) { fundMinutes(request: $id, first: 100) { edges { node {
      id at event sentence by amount { amount } } } } }""",
}
PRECHECK = """query($i: FundRequestInput!) { fundRequestPrecheck(input: $i) { passed
  advised { amount } findings { rule article passed sentence } } }"""
CREATE = (
    f"mutation($i: FundRequestInput!) {{ fundRequestCreate(input: $i) {{"
    f" request {{ ...R }} {ERRORS} }} }}{REQUEST}"
)


def on_request(name: str, arguments: str = "", given: str = "") -> str:
    return (
        f"mutation($id: ID!{arguments}) {{ {name}(id: $id{given}) {{"
        f" request {{ ...R }} {ERRORS} }} }}{REQUEST}"
    )


MUTATIONS_OF_A_REQUEST = {
    "fundRequestSubmit": on_request("fundRequestSubmit"),
    "fundRequestWithdraw": on_request("fundRequestWithdraw"),
    "fundRequestReviewStart": on_request("fundRequestReviewStart"),
    "conflictDeclare": on_request("conflictDeclare"),
    "fundRequestVote": on_request("fundRequestVote", "", ", value: FOR"),
    "fundRequestDecide": on_request(
        "fundRequestDecide",
        ", $amount: Decimal, $motivation: String",
        ", amount: $amount, motivation: $motivation",
    ),
    "awardPay": f"""mutation($id: ID!) {{ awardPay(id: $id) {{ award {{ id pseudonym requestId
      amount {{ amount }} status }} {ERRORS} }} }}""",
}

INPUT = {
    "reason": "health",
    "description": "A treatment that nobody covers",
    "isee": 9000,
    "householdSize": 1,
    "amount": 400,
}
