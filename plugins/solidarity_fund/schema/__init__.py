"""The Fund through the API: the levy for everybody, requests for who asks and who decides."""

from __future__ import annotations

from plugins.solidarity_fund.schema import applicant, committee, levy


class Queries(levy.Queries, applicant.Queries, committee.Queries):
    pass


class Mutations(levy.Mutations, applicant.Mutations, committee.Mutations):
    pass
