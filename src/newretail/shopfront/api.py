"""What the doors may ask of the shopfront: the work that is done again and again behind its pages."""

from newretail.shopfront.mails import catch_up, send_due_mails, tell_cancelled, tell_of_money
from newretail.shopfront.tidy import clean_up

__all__ = ["catch_up", "clean_up", "send_due_mails", "tell_cancelled", "tell_of_money"]
