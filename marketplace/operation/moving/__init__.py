"""A territory moved from one installation to another: one export, one import, either Saleor.

For the step from the embedded edition to production, and back. ``export_territory`` writes one file
while the shop is open; ``import_territory`` reads it into an installation in which nobody has done
anything yet, in one transaction, and commits only if the ledger's digest is what was exported.

What the digest covers is every row of the ledger, byte for byte: ids, keys, hashes, references,
times. That holds between the engines because nothing in the ledger speaks of an order by Saleor's
key: a transfer's reference is the purchase's own token (which Saleor knows as the checkout's), its
key is made of that or of our rows' keys, and all of those are kept. So a receipt finds its transfer
after the move as before it, and a request that is sent again finds what it did the first time.

Our rooms do refer to orders, and to their lines, by the text of Saleor's key, which is a number in
2.10.1 and a UUID in 3.23: ``rooms.ORDERS`` and ``rooms.LINES`` list those columns (a test holds the
list against the models), and they are translated on the way in. An order has both in either Saleor
(2.10.1 keeps a UUID as its token, 3.23 a number beside its key), so the translation needs no table
of its own and, there and back again, gives the same keys. ``marketplace.shop.moving`` says what of
Saleor's own tables comes along. What the reconciler once found stays as it was written, in words
that name an order as it was named then.

What does not come along: sign-in tokens (everybody signs in again, with the same password),
failed sign-ins, secrets and encryption keys (the manifest names the keys by their fingerprints),
and what Saleor has beside people, goods and orders (gift cards, sales, menus, pages, staff groups,
apps); of those the export counts what there is and says so.
"""
