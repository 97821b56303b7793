"""The shop's addresses."""

from __future__ import annotations

from django.urls import path

from newretail.shopfront import accounts, basket, browse, checkout, orders, pictures, receipts

urlpatterns = [
    path("", browse.home, name="home"),
    path("search", browse.search, name="search"),
    path("c/<slug:slug>", browse.category, name="category"),
    path("p/<int:product_id>", browse.product),
    path("p/<int:product_id>/<slug:slug>", browse.product, name="product"),
    path("art/<int:product_id>.svg", pictures.product, name="art"),
    path("art/shelf/<slug:slug>.svg", pictures.shelf, name="shelf-art"),
    path("styleguide", browse.styleguide, name="styleguide"),
    path("cart", basket.cart, name="cart"),
    path("cart/add", basket.add, name="cart-add"),
    path("cart/change", basket.change, name="cart-change"),
    path("checkout", checkout.checkout, name="checkout"),
    path("orders", orders.orders, name="orders"),
    path("orders/<uuid:order_id>", orders.order, name="order"),
    path("orders/<uuid:order_id>/receipt", receipts.receipt, name="receipt"),
    path("orders/<uuid:order_id>/cancel", orders.cancel, name="order-cancel"),
    path("stores", accounts.stores, name="stores"),
    path("stores/choose", accounts.choose_store, name="store-choose"),
    path("preferences", accounts.preferences, name="preferences"),
    path("sign-up", accounts.sign_up, name="sign-up"),
    path("sign-in", accounts.sign_in, name="sign-in"),
    path("sign-out", accounts.sign_out, name="sign-out"),
]
