"""What other rooms may ask of people: accounts, addresses, consent, mails, and what a buyer told us for an order."""

from newretail.people.accounts import (
    EmailTaken,
    buyers_by,
    change_email,
    confirm_email,
    ensure_staff,
    find_guest,
    find_member,
    member,
    open_guest,
    sign_up,
)
from newretail.people.addresses import TooManyAddresses, address, addresses, drop_address, keep_address
from newretail.people.closing import clean_up, close_account, data_of
from newretail.people.consents import consents, say
from newretail.people.contacts import contact, contacts_without_mail, forget_contact, keep_contact, last_contact
from newretail.people.gate import SignInGate, card_gate, mail_gate
from newretail.people.models import Address, Consent, Member, OrderContact
from newretail.people.outbox import Letter, queue_mail, send_due_mails, was_mailed
from newretail.people.rules import LIMITS as ADDRESS_LIMITS
from newretail.people.rules import Part, address_lines, clean_part, faults_of_address, form_of
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
    "ADDRESS_LIMITS",
    "Address",
    "Consent",
    "EmailTaken",
    "LastAdministrator",
    "Letter",
    "Member",
    "OrderContact",
    "Part",
    "SignInGate",
    "TooManyAddresses",
    "address",
    "address_lines",
    "addresses",
    "buyers_by",
    "card_gate",
    "change_email",
    "clean_part",
    "clean_up",
    "close_account",
    "confirm_email",
    "consents",
    "contact",
    "contacts_without_mail",
    "data_of",
    "drop_address",
    "ensure_role",
    "ensure_staff",
    "faults_of_address",
    "find_guest",
    "find_member",
    "forget_contact",
    "form_of",
    "invite",
    "keep_address",
    "keep_contact",
    "last_contact",
    "mail_gate",
    "member",
    "member_of_key",
    "open_guest",
    "password_key",
    "queue_mail",
    "roles_of",
    "say",
    "send_due_mails",
    "set_access",
    "sign_up",
    "was_mailed",
]
