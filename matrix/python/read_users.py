"""Logs in with Microsoft's MSAL for Python, with a secret and with a certificate, and pages through the users."""
import json
import os
import sys

import msal
import requests

cloud = json.loads(os.environ["MATRIX_EMULATOR"])
tenant = cloud["tenants"][0]
application = tenant["applications"][0]
ca = cloud["caFile"]


def credential(kind):
    if kind == "secret":
        return application["secret"]
    with open(application["certificateFile"]) as certificate, open(application["keyFile"]) as key:
        pem = certificate.read()
        return {"private_key": key.read(), "thumbprint": sys.argv[2], "public_certificate": pem}


app = msal.ConfidentialClientApplication(
    application["clientId"],
    client_credential=credential(sys.argv[1]),
    authority=f"{cloud['url']}/{tenant['id']}",
    instance_discovery=False,
    verify=ca,
)
result = app.acquire_token_for_client(scopes=["https://graph.microsoft.com/.default"])
if "access_token" not in result:
    sys.exit(json.dumps(result))

users = []
link = f"{cloud['url']}/v1.0/users?$top=60&$select=id,userPrincipalName"
while link:
    page = requests.get(link, headers={"Authorization": "Bearer " + result["access_token"]}, verify=ca, timeout=30).json()
    users += page["value"]
    link = page.get("@odata.nextLink")
print(json.dumps({"users": len({user["id"] for user in users}), "expires_in": result["expires_in"]}))
