"""``paymentSecureConfirm``, which Saleor 2.10.1 lets anybody call and Saleor 3 no longer has."""

import pytest

from tests.shopping import gid
from tests.steps import Steps

SECURE_CONFIRM = """mutation($id: ID!) { paymentSecureConfirm(paymentId: $id) {
  payment { capturedAmount { amount } } paymentErrors { message code } } }"""


@pytest.fixture
def steps(api, town):
    return Steps(api, town.employee)


def test_secure_confirm_adds_nothing_to_a_paid_payment(api, town, steps):
    from saleor.payment.models import Payment

    steps.ready((town.honey, 1), method=town.delivery)
    steps.complete()
    payment = Payment.objects.get()
    captured = payment.captured_amount
    answer = api.data(SECURE_CONFIRM, {"id": gid("Payment", payment.pk)})
    assert "OPERATION_NOT_OFFERED" in answer["paymentSecureConfirm"]["paymentErrors"][0]["message"]
    payment.refresh_from_db()
    assert payment.captured_amount == captured
