"""What employees pay by card: which lines the law lets a card pay, card money in, and back out.

Owns CardRule, CardPayment and CardRefund, and what is said to Stripe about them. Must never place
an order nor touch credit: the wallet's split purchase does, with what is here.
"""
