# Two stages: what builds is left behind. Node's own image has no PostgreSQL; without DATABASE_URL the one of npm is started on /data.
FROM node:22-bookworm-slim AS build
WORKDIR /beckon
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN node tool/build.mjs && npm prune --omit=dev --ignore-scripts

FROM node:22-bookworm-slim
WORKDIR /beckon
RUN useradd --system --uid 10001 --home-dir /beckon beckon && mkdir /data && chown beckon /data
COPY --from=build /beckon/package.json /beckon/LICENSE ./
COPY --from=build /beckon/node_modules ./node_modules
COPY --from=build /beckon/dist ./dist
USER 10001
ENV NODE_ENV=production BECKON_DATA=/data BECKON_HOST=0.0.0.0 BECKON_DEMO=off
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=64", "--no-allocation-site-pretenuring", "dist/src/main.js"]
CMD ["serve"]
