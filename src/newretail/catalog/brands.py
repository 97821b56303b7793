"""What brands are called in other languages, as staff edit it. Needs Django."""

from __future__ import annotations

from collections.abc import Mapping

from newretail.catalog.editing import DEFAULT_TENANT


def brand_names(brand: str, tenant_id: int = DEFAULT_TENANT) -> dict[str, str] | None:
    """A brand's names by language; None where no product has the brand."""
    # Not at the top: the trade engine's process imports this room's api and has no Django.
    from newretail.catalog.models import BrandName, Product

    if not brand or not Product.objects.filter(tenant_id=tenant_id, brand=brand).exists():
        return None
    row = BrandName.objects.filter(tenant_id=tenant_id, brand=brand).first()
    return {} if row is None else dict(row.names)


def name_brand(brand: str, names: Mapping[str, str], tenant_id: int = DEFAULT_TENANT) -> None:
    """Say what a brand is called in other languages; one that is left out is called as it is written.

    Pages say it with the catalogue's new revision.
    """
    from newretail.catalog.models import BrandName
    from newretail.catalog.work import catalog_change

    said = {language: name for language, name in names.items() if name}
    with catalog_change():
        if said:
            BrandName.objects.update_or_create(tenant_id=tenant_id, brand=brand, defaults={"names": said})
        else:
            BrandName.objects.filter(tenant_id=tenant_id, brand=brand).delete()
