import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/schema.d.ts", "tests/screens/out"] },
  ...tseslint.configs.strict,
  {
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      // Arrays are indexed by positions that come from their own length.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "no-eval": "error",
      "no-console": "error",
    },
  },
  // A script that is run by hand speaks on the terminal.
  { files: ["tests/screens/**"], rules: { "no-console": "off" } },
);
