"""The database can't be reached, by a name that rooms without SQL may use."""

from django.db import InterfaceError, OperationalError

DatabaseAway = (OperationalError, InterfaceError)
