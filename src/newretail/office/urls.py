"""The office's addresses, under /office/."""

from __future__ import annotations

from django.urls import include, path

from newretail.office import stock_pages, views

urlpatterns = [
    path("", views.today, name="office"),
    path("orders", views.orders, name="office-orders"),
    path("orders/<uuid:order_id>", views.order, name="office-order"),
    path("orders/<uuid:order_id>/cancel", views.cancel, name="office-cancel"),
    path("stock", stock_pages.pools, name="office-stock"),
    path("stock/worklist", stock_pages.worklist, name="office-worklist"),
    path("stock/<str:node_code>/<str:sku_code>", stock_pages.pool, name="office-pool"),
    path("cells", views.cells, name="office-cells"),
    path("finance/", include("newretail.office.finance.urls")),
]
