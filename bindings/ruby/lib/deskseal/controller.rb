# frozen_string_literal: true

module Deskseal
  # The methods that controllers get.
  module Controller
    private

    # Redirects a visitor who clicks to the portal's form: as the customer, or as an anonymous visitor if no
    # customer is signed in or the customer's id cannot be signed. Without a portal, the status is 404. Requests
    # that a script or a prefetching browser makes are not signed.
    #
    # @param customer [Object, nil] the signed-in customer: `current_user`
    #
    # @example
    #   def portal = redirect_to_portal(current_user)
    def redirect_to_portal(customer)
      PrivatePages.mark(request.env)
      unsigned = Deskseal.response_unless_click(request.fullpath, deskseal_headers)
      return deskseal_render(unsigned) if unsigned

      link = deskseal_link_of(customer) || Desk.current.public_link
      link ? redirect_to(link, allow_other_host: true) : head(:not_found)
    end

    # Renders the customer's identity as JSON, `{ email, signature, helpdeskId }`, for a page that starts the
    # Ticket Center itself. The status is 204 if no customer is signed in. The body is `{ error: { code } }` with
    # status 422 for an address that cannot be signed, with 503 if the deployment is misconfigured, and with 403 for
    # a page of another site, unless `config.deskseal.ticket_center.origins` lists its origin (SPEC 6.4).
    #
    # @param customer [Object, nil] the signed-in customer: `current_user`
    #
    # @example
    #   def identity = render_ticket_center_identity(current_user)
    def render_ticket_center_identity(customer)
      PrivatePages.mark(request.env)
      response.headers.merge!(Contract::IDENTITY_HEADERS)
      return deskseal_render_error(Contract::STATUS_CROSS_SITE, Contract::CODE_CROSS_SITE) if deskseal_is_cross_site?
      return head(Contract::STATUS_NOT_SIGNED_IN) unless customer

      render json: Desk.current.identity(customer)
    rescue Error => error
      Desk.current.report(error)
      status = error.is_about_customer ? Contract::STATUS_ABOUT_CUSTOMER : Contract::STATUS_UNAVAILABLE
      deskseal_render_error(status, error.code)
    end

    # Tells whether a page of another site sent the request, and the settings do not list its origin.
    def deskseal_is_cross_site?
      return false unless request.headers[Contract::SITE_HEADER] == Contract::CROSS_SITE

      !Desk.current.origins.include?(request.headers["Origin"])
    end

    def deskseal_render_error(status, code)
      render json: { error: { code: code } }, status: status
    end

    def deskseal_headers
      Contract::CLICK_HEADERS.to_h { |name| [name, request.headers[name].to_s] }
    end

    def deskseal_render(answer)
      headers = answer.headers.dup
      type = headers.delete("Content-Type")
      response.headers.merge!(headers)
      render body: answer.body, content_type: type || "text/plain", status: answer.status
    end

    def deskseal_link_of(customer)
      customer && Desk.current.portal_link(customer)
    rescue Error => error
      Desk.current.report(error)
      nil
    end
  end
end
