// The interactive page: Swagger UI on the contract that is served. It reads nothing else.
"use strict";

// The contract names an authorization server; here a token is pasted that somebody has already.
function withPastedToken(contract) {
  const schemes = contract.components.securitySchemes;
  for (const name of Object.keys(schemes)) {
    schemes[name] = { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "Paste a token, without “Bearer”." };
  }
  return contract;
}

// An example of what may be left out would be sent: everybody's first order under the same Idempotency-Key.
function withoutOptionalExamples(contract) {
  const paths = Object.values(contract.paths).flatMap((path) => [path, ...Object.values(path)]);
  const inline = paths.flatMap((holder) => holder.parameters ?? []);
  for (const parameter of [...inline, ...Object.values(contract.components.parameters ?? {})]) {
    if (!parameter.required) delete parameter.example;
  }
  return contract;
}

async function open() {
  const place = document.querySelector("#docs");
  const answer = await fetch(place.dataset.contract, { headers: { Accept: "application/json" } });
  SwaggerUIBundle({
    spec: withoutOptionalExamples(withPastedToken(await answer.json())),
    domNode: place,
    deepLinking: true,
    displayRequestDuration: true,
    validatorUrl: null,
  });
}

open();
