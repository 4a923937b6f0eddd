"""verify() names what is wrong; each kind of wrong is made with the triggers off."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from marketplace.ledger import accounts, holds, posting
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg, Refill
from marketplace.ledger.verification import CHECKS, verify
from tests.ledger.factories import TODAY, fund, lot, provider, spend, world
from tests.ledger.test_holds import SOON

pytestmark = pytest.mark.django_db
WALLET = 7


def tamper(*statements: str, guarded: bool = False) -> None:
    """Run statements as somebody could who has turned the triggers off."""
    with connection.cursor() as cursor:
        if not guarded:
            cursor.execute("SET LOCAL session_replication_role = 'replica'")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = 'origin'")


@pytest.fixture
def ledger():
    """Some of everything; numbers for the statements below."""
    numbers = {"lot": lot(WALLET, 1000), "world": world(), "fund": fund(), "provider": provider()}
    purchase = spend(WALLET, 100)
    posting.post(
        kind="refund",
        key="refund",
        legs=[Leg(provider(), -30)],
        refill=Refill(purchase.transfer_id, 30),
    )
    undone = spend(WALLET, 50)
    posting.reverse(transfer_id=undone.transfer_id, key="undo")
    holds.hold(key="open", wallet_id=WALLET, cents=7, expires_at=SOON, on=TODAY)
    held = holds.hold(key="h", wallet_id=WALLET, cents=5, expires_at=SOON, on=TODAY)
    holds.void_hold(hold_id=held.hold_id, key="v")
    numbers |= {
        "purchase": purchase.transfer_id,
        "undone": undone.transfer_id,
        "hold": held.hold_id,
        "clearing": accounts.account(AccountKind.HOLDS, 0),
    }
    tamper(
        "INSERT INTO ledger_checkpoint (territory_id, account_id, through_id, cents)"
        " SELECT 1, account_id, {purchase}, sum(cents) FROM ledger_entry"
        " WHERE transfer_id <= {purchase} GROUP BY account_id".format(**numbers),
        "UPDATE ledger_open_hold SET expires_at = now() + interval '1 hour'",
        "UPDATE ledger_hold h SET expires_at = l.expires_at"
        " FROM ledger_open_hold l WHERE h.id = l.hold_id",
    )
    return numbers


def test_a_sound_ledger(ledger):
    assert verify() == []
    out = StringIO()
    call_command("ledger_verify", stdout=out)
    assert out.getvalue() == "The ledger is sound.\n"


TAMPERINGS = {
    "TRANSFER_UNBALANCED": "UPDATE ledger_entry SET cents = cents + 1"
    " WHERE transfer_id = {purchase} AND account_id = {provider}",
    "TRANSFER_EMPTY": "DELETE FROM ledger_entry WHERE transfer_id = {purchase}",
    "ENTRY_WITHOUT_TRANSFER": "DELETE FROM ledger_transfer WHERE id = {purchase}",
    "ENTRY_WITHOUT_ACCOUNT": "DELETE FROM ledger_account WHERE id = {provider}",
    "BALANCE_WRONG": "UPDATE ledger_balance SET cents = cents + 1 WHERE account_id = {lot}",
    "BALANCE_MISPLACED": "DELETE FROM ledger_balance WHERE account_id = {lot}",
    "FLOOR_BREACHED": "ALTER TABLE ledger_balance DROP CONSTRAINT ledger_balance_floor;"
    " UPDATE ledger_balance SET cents = -1 WHERE account_id = {lot}",
    "LOT_OVERFILLED": "UPDATE ledger_entry SET cents = cents + 100 WHERE account_id = {lot}"
    " AND transfer_id = (SELECT id FROM ledger_transfer WHERE key = 'refund')",
    "REVERSAL_WRONG": "UPDATE ledger_entry SET cents = cents - 1 WHERE transfer_id = {undone}",
    "CHECKPOINT_WRONG": "UPDATE ledger_checkpoint SET cents = cents + 1"
    " WHERE account_id = {provider}",
    "HOLD_WRONG": "UPDATE ledger_hold SET cents = cents + 1 WHERE id = {hold}",
    "HOLD_END_WRONG": "UPDATE ledger_hold_end SET outcome = 'posted' WHERE hold_id = {hold}",
    "CLEARING_WRONG": "DELETE FROM ledger_hold_end",
    "HOLD_LIST_WRONG": "DELETE FROM ledger_open_hold",
    "HOLD_OVERDUE": "UPDATE ledger_open_hold SET expires_at = now() - interval '25 hours'",
    "TERRITORIES_MIXED": "SELECT ledger_make_territory(2);"
    " INSERT INTO ledger_transfer (territory_id, id, kind, key, request_hash)"
    " VALUES (2, {purchase}, 't', 'k', '')",
    "GUARD_MISSING": "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_kept",
}


@pytest.mark.parametrize("code", CHECKS)
def test_each_kind_of_wrong_is_named(ledger, code):
    tamper(TAMPERINGS[code].format(**ledger))
    assert code in {finding.code for finding in verify()}


def test_a_wrong_balance_is_named_with_its_account_and_alone(ledger):
    tamper(TAMPERINGS["BALANCE_WRONG"].format(**ledger))
    (finding,) = verify()
    assert finding.subject == f"account {ledger['lot']}"
    assert (
        finding.detail == f"credit_lot of {WALLET}: balance row has 924 cents, entries sum to 923"
    )


def test_the_command_fails_with_a_list(ledger):
    tamper(TAMPERINGS["BALANCE_WRONG"].format(**ledger))
    out = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("ledger_verify", stdout=out, stderr=StringIO())
    assert caught.value.code == 1
    assert out.getvalue().startswith("BALANCE_WRONG  account ")
