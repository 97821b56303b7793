"""The shop's addresses."""

from __future__ import annotations

from django.urls import path

from newretail.shopfront import account, accounts, basket, browse, checkout, keys, orders, pictures, placing, pwa

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
    path("checkout", placing.checkout, name="checkout"),
    path("checkout/check", checkout.check, name="checkout-check"),
    path("orders", orders.orders, name="orders"),
    path("orders/together", orders.together, name="orders-together"),
    path("orders/<uuid:order_id>", orders.order, name="order"),
    path("orders/<uuid:order_id>/cancel", orders.cancel, name="order-cancel"),
    path("orders/<uuid:order_id>/again", orders.again, name="order-again"),
    path("stores", accounts.stores, name="stores"),
    path("stores/choose", accounts.choose_store, name="store-choose"),
    path("preferences", accounts.preferences, name="preferences"),
    path("sign-up", accounts.sign_up, name="sign-up"),
    path("sign-in", accounts.sign_in, name="sign-in"),
    path("sign-out", accounts.sign_out, name="sign-out"),
    path("reset", keys.ask_reset, name="reset"),
    path("reset/new", keys.new_password, name="reset-new"),
    path("confirm", keys.confirm, name="confirm"),
    path("consent", account.consent, name="consent"),
    path("account", account.overview, name="account"),
    path("account/details", account.details, name="account-details"),
    path("account/addresses", account.addresses, name="addresses"),
    path("account/addresses/new", account.address, name="address-new"),
    path("account/addresses/<int:address_id>", account.address, name="address"),
    path("account/addresses/<int:address_id>/drop", account.drop_address, name="address-drop"),
    path("account/privacy", account.privacy, name="privacy"),
    path("account/my-data.json", account.export, name="my-data"),
    path("manifest/<str:language>.webmanifest", pwa.manifest, name="manifest"),
    path("service-worker.js", pwa.service_worker, name="service-worker"),
    path("offline/<str:language>", pwa.offline, name="offline"),
]
