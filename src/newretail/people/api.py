"""What other rooms may ask of people: accounts, guests, and what a buyer told us for an order."""

from newretail.people.accounts import EmailTaken, buyers_by, ensure_staff, find_guest, member, open_guest, sign_up
from newretail.people.contacts import contact, forget_contact, keep_contact, last_contact
from newretail.people.gate import SignInGate
from newretail.people.models import Member, OrderContact
from newretail.people.staff import (
    LastAdministrator,
    ensure_role,
    invite,
    member_of_key,
    password_key,
    roles_of,
    set_access,
)

__all__ = [
    "EmailTaken",
    "LastAdministrator",
    "Member",
    "OrderContact",
    "SignInGate",
    "buyers_by",
    "contact",
    "ensure_role",
    "ensure_staff",
    "find_guest",
    "forget_contact",
    "invite",
    "keep_contact",
    "last_contact",
    "member",
    "member_of_key",
    "open_guest",
    "password_key",
    "roles_of",
    "set_access",
    "sign_up",
]
