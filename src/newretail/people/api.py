"""What other rooms may ask of people: accounts, guests, and what a buyer told us for an order."""

from newretail.people.accounts import EmailTaken, buyers_by, ensure_staff, find_guest, member, open_guest, sign_up
from newretail.people.contacts import contact, forget_contact, keep_contact, last_contact
from newretail.people.gate import SignInGate
from newretail.people.models import Member, OrderContact

__all__ = [
    "EmailTaken",
    "Member",
    "OrderContact",
    "SignInGate",
    "buyers_by",
    "contact",
    "ensure_staff",
    "find_guest",
    "forget_contact",
    "keep_contact",
    "last_contact",
    "member",
    "open_guest",
    "sign_up",
]
