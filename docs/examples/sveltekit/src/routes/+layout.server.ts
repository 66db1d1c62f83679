export const load = async ({ locals }) => ({ initialView: await locals.auth.initialView() })
