"""Delivery: each practice gets its own statement and detail file, once, and nobody else's.

    published   each practice's latest statement, and whether each file is the one rendered for it
    recipients  who may get a practice's statement, on a day
    secret_store, passphrases   where secrets are, and which passphrases will do
    approvals   who approved which files for which recipients
    approving   a person's approval, or the gates'
    messages    the e-mail, with its workbook encrypted (sealing)
    outbox      which message stands where; a claim is committed before the first byte leaves
    smtp        one message to one recipient, and what came of it
    audit       who did what, when, to which files
    issuing     what left by other means; no close while a month is issued
    sending     all of these in order
    review      what a person is asked before, and told after
    several_months   the same for several commissioners' months in one go

It reads packages and documents, never the warehouse. What it knows lies in its books,
`delivery/<commissioner>.sqlite`; the packages know nothing of them, and whether a statement is
issued changes no byte of it.
"""

from transforms.delivery.books import is_issued, tally

__all__ = ["is_issued", "tally"]
