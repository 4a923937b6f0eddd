"""Payments of Saleor 3.23, as facts: its own, and what its Transactions API has charged.

What that has charged is told as the payment that it would be without it, so that either Saleor
keeps the same books of it; what it only holds is in our own rooms, and ends there.
"""

# ruff: noqa: S608 (statements are made of this module's constants)

_CHARGED = "type IN ('charge_success', 'refund_success') AND include_in_calculations"
_COLUMNS = (
    "id, gateway, is_active, created_at, modified_at, charge_status, billing_first_name,"
    " billing_last_name, billing_company_name, billing_address_1, billing_address_2, billing_city,"
    " billing_city_area, billing_postal_code, billing_country_code, billing_country_area,"
    " billing_email, customer_ip_address, cc_brand, cc_exp_month, cc_exp_year, cc_first_digits,"
    " cc_last_digits, extra_data, token, currency, total"
)
PAYMENTS = f"""
    SELECT {_COLUMNS}, captured_amount AS captured, checkout_id AS checkout_token, order_id,
        to_confirm, psp_reference FROM payment_payment
    UNION ALL
    SELECT item.id + (SELECT coalesce(max(id), 0) FROM payment_payment), app_identifier,
        charged_value > 0, item.created_at, item.modified_at,
        CASE WHEN charged_value <= 0 THEN 'fully-refunded' WHEN refunded_value > 0
            THEN 'partially-refunded' ELSE 'fully-charged' END,
        coalesce(bill.first_name, ''), coalesce(bill.last_name, ''),
        coalesce(bill.company_name, ''), coalesce(bill.street_address_1, ''),
        coalesce(bill.street_address_2, ''), coalesce(bill.city, ''),
        coalesce(bill.city_area, ''), coalesce(bill.postal_code, ''),
        coalesce(bill.country, ''), coalesce(bill.country_area, ''), placed.user_email, NULL,
        coalesce(cc_brand, ''), cc_exp_month, cc_exp_year, coalesce(cc_first_digits, ''),
        coalesce(cc_last_digits, ''), '', charge.reference, item.currency,
        charged_value + refunded_value, charged_value, NULL, item.order_id, false,
        charge.reference
    FROM payment_transactionitem AS item JOIN order_order AS placed ON placed.id = item.order_id
    JOIN LATERAL (
        SELECT coalesce(psp_reference, '') AS reference FROM payment_transactionevent
        WHERE transaction_id = item.id AND type = 'charge_success' AND include_in_calculations
        ORDER BY id LIMIT 1) AS charge ON true
    LEFT JOIN account_address AS bill ON bill.id = placed.billing_address_id"""
TRANSACTIONS = f"""
    SELECT id, payment_id, created_at, token, kind, is_success, error, currency, amount,
        gateway_response, customer_id, action_required FROM payment_transaction
    UNION ALL
    SELECT event.id + (SELECT coalesce(max(id), 0) FROM payment_transaction),
        item.id + (SELECT coalesce(max(id), 0) FROM payment_payment), event.created_at,
        coalesce(event.psp_reference, ''),
        CASE type WHEN 'charge_success' THEN 'capture' ELSE 'refund' END, true, NULL,
        event.currency, amount_value, '{{}}', NULL, false
    FROM payment_transactionevent AS event
    JOIN payment_transactionitem AS item ON item.id = event.transaction_id
    WHERE {_CHARGED} AND item.order_id IS NOT NULL AND EXISTS (
        SELECT FROM payment_transactionevent AS charge WHERE charge.transaction_id = item.id
            AND charge.type = 'charge_success' AND charge.include_in_calculations)"""
