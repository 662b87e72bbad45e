// What @hey-api/openapi-ts is told: dates become dates, statuses an object of constants.
import { defineConfig } from "@hey-api/openapi-ts";

export default defineConfig({
  input: `${process.env.CONTRACTS ?? "../.."}/openapi/orders.yaml`,
  output: "generated/hey-api",
  plugins: [
    "@hey-api/client-fetch",
    { name: "@hey-api/typescript", enums: "javascript" },
    { name: "@hey-api/transformers", dates: true, bigInt: false },
    { name: "@hey-api/sdk", transformer: true },
  ],
});
