"""The office's addresses, under /office/: those of its parts."""

from __future__ import annotations

from django.urls import include, path

from newretail.office.assortments.urls import urlpatterns as assortments
from newretail.office.audit.urls import urlpatterns as audit
from newretail.office.brands.urls import urlpatterns as brands
from newretail.office.delivery.urls import urlpatterns as delivery
from newretail.office.gift_cards.urls import urlpatterns as gift_cards
from newretail.office.imports.urls import urlpatterns as imports
from newretail.office.lists.urls import urlpatterns as lists
from newretail.office.members.urls import urlpatterns as members
from newretail.office.nodes.urls import urlpatterns as nodes
from newretail.office.offers.urls import urlpatterns as offers
from newretail.office.orders.urls import urlpatterns as orders
from newretail.office.palette.urls import urlpatterns as palette
from newretail.office.pictures.urls import urlpatterns as pictures
from newretail.office.price_lists.urls import urlpatterns as price_lists
from newretail.office.products.urls import urlpatterns as products
from newretail.office.settings.urls import urlpatterns as settings
from newretail.office.staff.urls import urlpatterns as staff
from newretail.office.stock.urls import urlpatterns as stock
from newretail.office.taxes.urls import urlpatterns as taxes
from newretail.office.today.urls import urlpatterns as today
from newretail.office.voices.urls import urlpatterns as voices

urlpatterns = [
    *today,
    *orders,
    *members,
    *gift_cards,
    *products,
    *brands,
    *offers,
    *price_lists,
    *taxes,
    *delivery,
    *imports,
    *pictures,
    *voices,
    *stock,
    *nodes,
    *assortments,
    *staff,
    *audit,
    *settings,
    *lists,
    *palette,
    path("finance/", include("newretail.office.finance.urls")),
]
