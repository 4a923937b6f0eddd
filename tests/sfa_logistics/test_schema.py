"""The SFA through the API: who sees what, what each operation does, what it costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from marketplace.api.entities import to_global
from marketplace.people.models import Membership, Role, SensitiveRead
from marketplace.providers.models import ProviderOrder
from plugins.sfa_logistics.models import Assignment, Task, Trainee, TrainingService, Tutor
from plugins.sfa_logistics.services.plans import service_plan
from tests.providers import factories as shop
from tests.sfa_logistics import factories as make

pytestmark = pytest.mark.django_db

TASK = """id kind name status quantity minutes opensAt closesAt provider { name } comune { name }
  asks { code name } reason { code message }
  assignment { startsAt endsAt trainee { id firstName } tutor { id name } }"""
SFA_TASKS = f"""query($first: Int = 100, $status: String) {{
  sfaTasks(first: $first, status: $status) {{ totalCount edges {{ node {{ {TASK} }} }} }} }}"""
MY_TASKS = (
    f"query($first: Int = 100) {{ myTasks(first: $first) {{ edges {{ node {{ {TASK} }} }} }} }}"
)
ORDER_TASKS = """query($o: ID!) { orderTasks(order: $o) {
  kind status opensAt closesAt provider { name } preparedBy } }"""
TRAINEES = """query($first: Int = 100) { sfaTrainees(first: $first) { edges { node {
  id firstName bornOn projectSince projectUntil weeklyMinutes abilities { code name }
  slots { weekday starts ends } } } } }"""
TUTORS = """query($first: Int = 100) { sfaTutors(first: $first) { edges { node {
  id name traineesAtOnce since until slots { weekday starts ends } } } } }"""
SERVICES = """query($first: Int = 100) { trainingServices(first: $first) { edges { node {
  id name comune { name } served { km comune { name ambito { name } } } } } } }"""
FILE = """query($id: ID!, $why: String!) { traineeFile(id: $id, why: $why) {
  trainee { firstName } limits { code name } notes } }"""
ASSIGN = """mutation($s: ID!) { tasksAssign(service: $s) {
  assigned unassigned errors { field code message } } }"""
CREATE = """mutation($s: ID!, $i: TraineeCreateInput!) { traineeCreate(service: $s, input: $i) {
  trainee { id firstName abilities { code } } errors { field code message } } }"""
UPDATE = """mutation($id: ID!, $i: TraineeUpdateInput!) { traineeUpdate(id: $id, input: $i) {
  trainee { weeklyMinutes projectUntil } errors { field code message } } }"""
TUTOR = """mutation($s: ID!, $e: String!, $n: Int!) {
  tutorCreate(service: $s, email: $e, traineesAtOnce: $n) {
    tutor { id traineesAtOnce } errors { field code } } }"""
SLOTS = """mutation($trainee: ID, $tutor: ID, $slots: [SlotInput!]!) {
  availabilitySet(trainee: $trainee, tutor: $tutor, slots: $slots) {
    trainee { slots { weekday starts ends } } tutor { slots { weekday starts ends } }
    errors { field code } } }"""


def one(name: str) -> str:
    payload = f"task {{ {TASK} }} errors {{ code message }}"
    return f"mutation($id: ID!) {{ {name}(id: $id) {{ {payload} }} }}"


def nodes(answer) -> list:
    ((_name, connection_),) = answer.items()
    return [edge["node"] for edge in connection_["edges"]]


def sid(service_id: int) -> str:
    return to_global("TrainingService", service_id)


@pytest.fixture
def sfa():
    """A service with two trainees, two tutors and two assigned tasks."""
    sfa = make.sfa(trainees=2, tutors=2, at_once=1)
    for _ in range(2):
        make.soon(sfa.service)
    service_plan(service_id=sfa.pk)
    return sfa


def names_of(sfa) -> set[str]:
    return {trainee.first_name for trainee in sfa.trainees}


# Privacy: who learns who a trainee is


def test_the_coordinator_sees_who_does_what(api, sfa):
    tasks = nodes(api.data(SFA_TASKS, user=sfa.coordinator))
    assert len(tasks) == 2
    assert {task["assignment"]["trainee"]["firstName"] for task in tasks} <= names_of(sfa)
    assert len(nodes(api.data(TRAINEES, user=sfa.coordinator))) == 2
    assert len(nodes(api.data(TUTORS, user=sfa.coordinator))) == 2


def test_the_coordinator_of_another_service_sees_nothing_of_this_one(api, sfa):
    other = make.sfa(trainees=0, tutors=0)
    for query in (SFA_TASKS, TRAINEES, TUTORS):
        assert nodes(api.data(query, user=other.coordinator)) == []


def test_a_tutor_sees_own_tasks_only(api, sfa):
    seen = {tutor.pk: nodes(api.data(MY_TASKS, user=tutor.user)) for tutor in sfa.tutors}
    assert sum(len(tasks) for tasks in seen.values()) == 2
    for tutor_id, tasks in seen.items():
        for task in tasks:
            assert task["assignment"]["tutor"]["id"] == to_global("TutorRef", tutor_id)


def test_a_trainee_sees_own_tasks_only(api, sfa):
    for trainee in sfa.trainees:
        for task in nodes(api.data(MY_TASKS, user=trainee.user)):
            assert task["assignment"]["trainee"]["id"] == to_global("TraineeRef", trainee.pk)
    assert sum(len(nodes(api.data(MY_TASKS, user=t.user))) for t in sfa.trainees) == 2


def test_who_has_left_sees_nothing(api, sfa):
    tutor = Assignment.objects.first().tutor
    Membership.objects.filter(user=tutor.user).update(
        until=timezone.localdate() - timedelta(days=1)
    )
    assert api.refused(MY_TASKS, user=tutor.user) == ["PERMISSION_DENIED"]


@pytest.fixture
def ordered(sfa):
    """An order with a task of the service: its buyer, its provider's manager, its global id."""
    task = Task.objects.first()
    buyer, provider = shop.user(), shop.provider("Cascina")
    ProviderOrder.objects.create(
        order_id=task.order_id,
        order_number="1",
        provider=provider,
        user=buyer,
        placed_at=make.NOW,
        status_at=make.NOW,
        gross_cents=100,
        transfer_id=1,
        delivery_method="pick_up",
    )
    Task.objects.filter(pk=task.pk).update(provider=provider.organisation)
    return buyer, shop.member(provider.pk), to_global("Order", task.order_id)


def test_buyer_and_provider_see_the_service_not_the_person(api, sfa, ordered):
    buyer, manager, order = ordered
    for user in (buyer, manager):
        answer = api(ORDER_TASKS, {"o": order}, user=user)
        (task,) = answer["data"]["orderTasks"]
        assert task["preparedBy"] == sfa.service.organisation.name
        assert task["status"] == "assigned"
        assert not any(name in str(answer) for name in names_of(sfa))


def test_another_buyer_and_another_provider_see_nothing_of_an_order(api, ordered):
    _buyer, _manager, order = ordered
    for user in (shop.user(), shop.member(shop.provider().pk)):
        assert api.data(ORDER_TASKS, {"o": order}, user=user)["orderTasks"] == []


TYPE = """query($t: String!) { __type(name: $t) { fields {
  type { name ofType { name ofType { name ofType { name } } } } } } }"""


def test_what_a_buyer_can_ask_for_has_no_way_to_a_person(api):
    """Neither the type nor anything it leads to is of a trainee, a tutor or an assignment."""
    seen, todo = set(), {"PreparedTask"}
    while todo:
        seen.add(name := todo.pop())
        for found in (api.data(TYPE, {"t": name})["__type"]["fields"]) or ():
            leads_to = found["type"]
            while leads_to["name"] is None:
                leads_to = leads_to["ofType"]
            todo |= {leads_to["name"]} - seen
    assert {"PreparedTask", "Organisation", "String"} <= seen
    assert not seen & {"Trainee", "TraineeRef", "Tutor", "TutorRef", "SfaAssignment", "SfaTask"}


OUTSIDERS = [
    Role.EMPLOYEE,
    Role.COMPANY_MANAGER,
    Role.PROVIDER_MANAGER,
    Role.COMMITTEE_MEMBER,
    Role.COMMITTEE_CHAIR,
    Role.TREASURER,
    Role.WELFARE_MANAGER,
]


@pytest.mark.parametrize("role", [*OUTSIDERS, Role.OPERATOR, None])
def test_nobody_outside_the_sfa_reaches_a_trainee(api, sfa, role):
    outsider = shop.member(shop.provider().pk, role) if role else None
    code = "PERMISSION_DENIED" if role else "NOT_SIGNED_IN"
    trainee = to_global("Trainee", sfa.trainees[0].pk)
    task = to_global("SfaTask", Task.objects.first().pk)
    for query, variables in (
        (MY_TASKS, {}),
        (TRAINEES, {}),
        (TUTORS, {}),
        (FILE, {"id": trainee, "why": "curious"}),
        ("{ unassignedReasons { code tasks } }", {}),
        ("{ sfaVocabulary { limits { code } } }", {}),
        (ASSIGN, {"s": sid(sfa.pk)}),
        (UPDATE, {"id": trainee, "i": {"weeklyMinutes": 1}}),
        (one("taskComplete"), {"id": task}),
        (one("taskReassign"), {"id": task}),
        (one("taskCancel"), {"id": task}),
    ):
        assert api.refused(query, variables, user=outsider) == [code], query
    if role != Role.OPERATOR:
        assert api.refused(SFA_TASKS, user=outsider) == [code]
    assert not SensitiveRead.objects.exists()
    assert Trainee.objects.get(pk=sfa.trainees[0].pk).weekly_minutes == 600


def test_an_operator_sees_only_tasks_of_no_service(api, sfa):
    make.soon(None)
    (task,) = nodes(api.data(SFA_TASKS, user=shop.operator()))
    assert task["assignment"] is None
    assert task["reason"]["code"] == "NO_SERVICE_FOR_COMUNE"


@pytest.mark.parametrize("role", [Role.TUTOR, Role.TRAINEE])
def test_inside_the_sfa_the_file_is_the_coordinators(api, sfa, role):
    person = sfa.tutors[0].user if role == Role.TUTOR else sfa.trainees[1].user
    variables = {"id": to_global("Trainee", sfa.trainees[0].pk), "why": "curious"}
    assert api.refused(FILE, variables, user=person) == ["PERMISSION_DENIED"]
    assert api.refused(SFA_TASKS, user=person) == ["PERMISSION_DENIED"]
    assert api.refused(TRAINEES, user=person) == ["PERMISSION_DENIED"]


def test_opening_a_file_is_logged_with_who_and_why(api, sfa):
    trainee = make.trainee(sfa.service, limits=["no_stairs"], notes="needs a quiet room")
    variables = {"id": to_global("Trainee", trainee.pk), "why": "yearly review"}
    file = api.data(FILE, variables, user=sfa.coordinator)["traineeFile"]
    assert file["limits"] == [{"code": "no_stairs", "name": "No stairs"}]
    assert file["notes"] == "needs a quiet room"
    reads = SensitiveRead.objects.filter(object_id=trainee.pk).order_by("field")
    assert list(reads.values_list("reader_id", "model", "field", "why")) == [
        (sfa.coordinator.pk, "sfa_logistics.trainee", field, "yearly review")
        for field in ("limits_json", "notes")
    ]


def test_a_file_of_another_service_and_a_reason_left_out(api, sfa):
    other = make.sfa()
    variables = {"id": to_global("Trainee", sfa.trainees[0].pk), "why": "curious"}
    assert api.refused(FILE, variables, user=other.coordinator) == ["NOT_FOUND"]
    assert api.refused(FILE, variables | {"why": " "}, user=sfa.coordinator) == ["REASON_MISSING"]
    assert not SensitiveRead.objects.exists()


# What operations do


def test_assigning_by_the_coordinator(api):
    sfa = make.sfa(trainees=1, tutors=1)
    make.soon(sfa.service)
    make.soon(sfa.service, minutes=600)
    answer = api.data(ASSIGN, {"s": sid(sfa.pk)}, user=sfa.coordinator)["tasksAssign"]
    assert answer == {"assigned": 1, "unassigned": 1, "errors": []}
    reasons = api.data("{ unassignedReasons { code tasks } }", user=sfa.coordinator)
    assert reasons["unassignedReasons"] == [{"code": "NO_TRAINEE_AVAILABLE", "tasks": 1}]
    (task,) = nodes(api.data(SFA_TASKS, {"status": "open"}, user=sfa.coordinator))
    assert "600 minutes" in task["reason"]["message"]


def test_assigning_another_service_is_refused(api, sfa):
    other = make.sfa()
    variables = {"s": sid(sfa.pk)}
    assert api.refused(ASSIGN, variables, user=other.coordinator) == ["PERMISSION_DENIED"]
    assert api.refused(ASSIGN, {"s": "x"}, user=other.coordinator) == ["INVALID_ID"]


def test_tutor_completes_and_gives_back_own_tasks(api, sfa):
    first, second = Assignment.objects.order_by("pk")
    done = api.data(
        one("taskComplete"), {"id": to_global("SfaTask", first.task_id)}, user=first.tutor.user
    )["taskComplete"]
    assert done["errors"] == []
    assert done["task"]["status"] == "done"
    variables = {"id": to_global("SfaTask", second.task_id)}
    again = api.data(one("taskReassign"), variables, user=second.tutor.user)["taskReassign"]
    assert again["errors"] == []
    standing = Assignment.objects.get(task=second.task_id, undone_at__isnull=True)
    assert standing.trainee_id != second.trainee_id


def test_another_services_task_looks_unknown(api, sfa):
    other = make.sfa()
    variables = {"id": to_global("SfaTask", Task.objects.first().pk)}
    unknown = {"id": to_global("SfaTask", 0)}
    for name in ("taskComplete", "taskReassign", "taskCancel"):
        theirs = api(one(name), variables, user=other.coordinator)
        assert theirs["data"][name]["errors"][0]["code"] == "NOT_FOUND"
        assert api(one(name), unknown, user=other.coordinator) == theirs
    assert set(Task.objects.values_list("status", flat=True)) == {"assigned"}


def trainee_input(**facts):
    return {
        "firstName": "Nadia",
        "bornOn": "2005-05-05",
        "projectSince": "2026-01-01",
        "weeklyMinutes": 300,
        "abilities": ["pack_goods"],
        "limits": ["max_5_kg"],
        "notes": "likes music",
        **facts,
    }


def test_taking_in_a_trainee(api, sfa):
    person = shop.user("nadia")
    variables = {"s": sid(sfa.pk), "i": trainee_input(email="Nadia@example.com")}
    answer = api.data(CREATE, variables, user=sfa.coordinator)["traineeCreate"]
    assert answer["errors"] == []
    assert answer["trainee"]["abilities"] == [{"code": "pack_goods"}]
    made = Trainee.objects.get(first_name="Nadia")
    assert (made.service_id, made.user, made.limits) == (sfa.pk, person, {"max_5_kg"})
    assert Membership.objects.get(user=person).role == Role.TRAINEE


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"firstName": "  "}, "NAME_MISSING", "name"),
        ({"bornOn": "2015-01-01"}, "AGE_NOT_ALLOWED", "bornOn"),
        ({"bornOn": "1980-01-01"}, "AGE_NOT_ALLOWED", "bornOn"),
        ({"projectSince": "2001-01-01"}, "AGE_NOT_ALLOWED", "bornOn"),
        ({"projectUntil": "2025-12-31"}, "PROJECT_DATES_INVALID", "projectUntil"),
        ({"weeklyMinutes": 0}, "WEEKLY_MINUTES_INVALID", "weeklyMinutes"),
        ({"weeklyMinutes": 10081}, "WEEKLY_MINUTES_INVALID", "weeklyMinutes"),
        ({"abilities": ["fly"]}, "ABILITY_UNKNOWN", "abilities"),
        ({"limits": ["gravity"]}, "LIMIT_UNKNOWN", "limits"),
        ({"email": "nobody@example.com"}, "USER_UNKNOWN", "email"),
    ],
)
def test_taking_in_is_refused(api, sfa, facts, code, field):
    if code == "AGE_NOT_ALLOWED" and "projectSince" in facts:
        # Eleven years old at the end of a project that is over.
        facts = facts | {"projectSince": "2010-01-01", "projectUntil": "2016-01-01"}
    variables = {"s": sid(sfa.pk), "i": trainee_input(**facts)}
    answer = api.data(CREATE, variables, user=sfa.coordinator)["traineeCreate"]
    assert [(error["code"], error["field"]) for error in answer["errors"]] == [(code, field)]
    assert Trainee.objects.count() == 2


def test_one_account_is_one_trainee(api, sfa):
    taken = sfa.trainees[0].user.email
    variables = {"s": sid(sfa.pk), "i": trainee_input(email=taken)}
    assert api.refused(CREATE, variables, user=sfa.coordinator) == ["USER_TAKEN"]


def test_changing_a_trainee(api, sfa):
    variables = {
        "id": to_global("Trainee", sfa.trainees[0].pk),
        "i": {"weeklyMinutes": 120, "projectUntil": "2027-06-30"},
    }
    answer = api.data(UPDATE, variables, user=sfa.coordinator)["traineeUpdate"]
    assert answer["trainee"] == {"weeklyMinutes": 120, "projectUntil": "2027-06-30"}
    assert api.refused(UPDATE, variables, user=make.sfa().coordinator) == ["NOT_FOUND"]


def test_a_tutor_comes_and_is_there_on_some_hours(api, sfa):
    person = shop.user("paolo")
    variables = {"s": sid(sfa.pk), "e": person.email, "n": 3}
    answer = api.data(TUTOR, variables, user=sfa.coordinator)["tutorCreate"]
    assert answer["tutor"]["traineesAtOnce"] == 3
    assert Membership.objects.get(user=person).role == Role.TUTOR
    assert api.refused(TUTOR, variables, user=sfa.coordinator) == ["USER_TAKEN"]
    hours = [{"weekday": 1, "starts": "09:00", "ends": "12:30"}]
    slots = {"tutor": answer["tutor"]["id"], "slots": hours}
    set_ = api.data(SLOTS, slots, user=sfa.coordinator)["availabilitySet"]
    assert set_["tutor"]["slots"] == hours


def test_a_tutor_of_an_unproven_address_chooses_a_password_by_letter(api, sfa):
    """Whoever registered with it may be somebody else: marketplace.people.accounts."""
    person = get_user_model().objects.create_user("paolo@example.com", "a stranger's")
    variables = {"s": sid(sfa.pk), "e": person.email, "n": 3}
    assert api.data(TUTOR, variables, user=sfa.coordinator)["tutorCreate"]["tutor"]
    person.refresh_from_db()
    assert not person.has_usable_password()


@pytest.mark.parametrize(
    ("slots", "code"),
    [
        ([(0, "12:00", "09:00")], "SLOT_INVALID"),
        ([(7, "09:00", "12:00")], "SLOT_INVALID"),
        ([(0, "nine", "12:00")], "SLOT_INVALID"),
        ([(0, "09:00", "12:00"), (0, "11:59", "13:00")], "SLOTS_OVERLAP"),
    ],
)
def test_hours_that_make_no_sense(api, sfa, slots, code):
    hours = [{"weekday": day, "starts": starts, "ends": ends} for day, starts, ends in slots]
    variables = {"trainee": to_global("Trainee", sfa.trainees[0].pk), "slots": hours}
    assert api.refused(SLOTS, variables, user=sfa.coordinator) == [code]
    assert sfa.trainees[0].slots.count() == 7


def test_hours_are_of_one_person(api, sfa):
    assert api.refused(SLOTS, {"slots": []}, user=sfa.coordinator) == ["AVAILABILITY_OF_WHOM"]


def test_tutors_of_a_strange_number_or_email(api, sfa):
    variables = {"s": sid(sfa.pk), "e": shop.user().email, "n": 0}
    assert api.refused(TUTOR, variables, user=sfa.coordinator) == ["TRAINEES_AT_ONCE_INVALID"]
    variables = {"s": sid(sfa.pk), "e": "nobody@example.com", "n": 1}
    assert api.refused(TUTOR, variables, user=sfa.coordinator) == ["USER_UNKNOWN"]
    assert Tutor.objects.count() == 2


def test_an_operator_makes_a_service_with_its_comuni(api):
    lovere = shop.comune()
    shop.comune("Castro", 45.80, 10.07)
    shop.comune("Sarnico", 45.67, 9.96)
    query = """mutation($c: ID!) { trainingServiceCreate(name: "SFA Lovere", comune: $c, km: 5) {
      trainingService { name served { comune { name } } } errors { code } } }"""
    variables = {"c": to_global("Comune", lovere.pk)}
    made = api.data(query, variables, user=shop.operator())["trainingServiceCreate"]
    served = [one_["comune"]["name"] for one_ in made["trainingService"]["served"]]
    assert served == ["Lovere", "Castro"]
    assert TrainingService.objects.get().organisation.name == "SFA Lovere"


def test_words_in_the_language_of_the_request(api, sfa):
    query = "{ sfaVocabulary { limits { code name } } }"
    it = api.data(query, user=sfa.coordinator, language="it")["sfaVocabulary"]["limits"]
    en = api.data(query, user=sfa.coordinator, language="en")["sfaVocabulary"]["limits"]
    assert {"code": "no_stairs", "name": "Non fa scale"} in it
    assert {"code": "no_stairs", "name": "No stairs"} in en


# What lists cost


@pytest.mark.parametrize("query", [SFA_TASKS, TRAINEES, TUTORS, SERVICES])
def test_a_long_list_costs_what_a_short_one_does(api, query):
    sfa = make.sfa(trainees=6, tutors=6)
    for _ in range(6):
        make.soon(sfa.service)
        make.service()
    service_plan(service_id=sfa.pk)
    costs = []
    for first in (2, 6):
        assert len(nodes(api.data(query, {"first": first}, user=sfa.coordinator))) == first
        costs.append(api.cost(query, {"first": first}, user=sfa.coordinator))
    assert costs[0] == costs[1]


def test_a_long_list_of_my_tasks_costs_what_a_short_one_does(api):
    sfa = make.sfa(trainees=1, tutors=1)
    for _ in range(6):
        make.soon(sfa.service)
    service_plan(service_id=sfa.pk)
    tutor, costs = sfa.tutors[0].user, []
    for first in (2, 6):
        assert len(nodes(api.data(MY_TASKS, {"first": first}, user=tutor))) == first
        costs.append(api.cost(MY_TASKS, {"first": first}, user=tutor))
    assert costs[0] == costs[1]
