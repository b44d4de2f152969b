Rails.application.routes.draw do
  root to: "support#show"
  resource :session, only: %i[new create destroy]
  get "support/portal", to: "support#portal", as: :deskseal_portal
end
