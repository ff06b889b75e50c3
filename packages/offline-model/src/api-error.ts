/** What an OpenAI-compatible server says about a refused request; `headers` go out with it. */
export type ApiErrorDetail = {
  status: number;
  message: string;
  type?: string;
  code?: string;
  param?: string;
  headers?: Readonly<Record<string, string>>;
};

/** A refusal that leaves as `{"error": {message, type, param, code}}`. */
export class ApiError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { error: { message: string; type: string; param: string | null; code: string | null } };

  constructor(detail: ApiErrorDetail, options?: ErrorOptions) {
    super(detail.message, options);
    this.name = 'ApiError';
    this.status = detail.status;
    this.headers = detail.headers ?? {};
    this.body = {
      error: {
        message: detail.message,
        type: detail.type ?? 'invalid_request_error',
        param: detail.param ?? null,
        code: detail.code ?? null,
      },
    };
  }
}

/** A 400 about one field of the request body. */
export function badRequest(param: string, message: string): ApiError {
  return new ApiError({ status: 400, message, param });
}
