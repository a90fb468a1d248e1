#!/usr/bin/env python3
"""Makes divisions.txt from github.com/modood/Administrative-divisions-of-China (WTFPL).

    python3 make_divisions.py DIR > divisions.txt

DIR holds that project's pca-code.json and HK-MO-TW.json.
"""
import json
import sys

HEAD = """\
# Provinces, cities and districts of China, as of 2023.
# Source: github.com/modood/Administrative-divisions-of-China, commit 57a0aa9cef47169a2eb74cf057b0245052a34e8c
# (pca-code.json, HK-MO-TW.json), licence WTFPL. Made by make_divisions.py; do not edit by hand.
# "=" starts a province; then "city:district,district"; "-" is a province's own districts without a city.
"""


def main(folder):
    out = [HEAD.rstrip()]
    for province in json.load(open(f"{folder}/pca-code.json", encoding="utf-8")):
        out.append("=" + province["name"])
        municipality = []
        for city in province["children"]:
            # Cities without districts list their towns here; those, and islands and committees, belong to the street.
            districts = [d["name"] for d in city.get("children", []) if d["name"].endswith(("区", "县", "市", "旗"))]
            if city["name"] in ("市辖区", "县"):
                municipality += districts
                continue
            name = "-" if "直辖" in city["name"] else city["name"]
            out.append(f"{name}:{','.join(districts)}")
        if municipality:
            out.append(f"{province['name']}:{','.join(municipality)}")
    for province, areas in json.load(open(f"{folder}/HK-MO-TW.json", encoding="utf-8")).items():
        out.append("=" + province)
        for area, districts in areas.items():
            name = area if province == "台湾省" else "-"
            districts = [d.split("（")[0] for d in districts]
            out.append(f"{name}:{','.join(districts)}")
    print("\n".join(out))


main(sys.argv[1])
